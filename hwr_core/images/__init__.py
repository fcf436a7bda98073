"""Images as pure functions: bytes -> grey -> 28x28. Only `decode` knows file formats; nothing here does I/O."""
