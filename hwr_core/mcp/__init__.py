"""The tools by which an assistant reads images and looks at the history, over the Model Context Protocol."""
