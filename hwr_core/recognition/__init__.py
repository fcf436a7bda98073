"""Reading digits with LiteRT. No TensorFlow here."""
