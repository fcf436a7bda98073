"""Forms: `reading` has the use cases, `results` what they return, `files` its export, `pages` the empty form."""
