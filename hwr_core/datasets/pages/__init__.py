"""Made pages: numbers by real writers on paper, forms and photographs that never were, to learn and to measure.

`page.made_page` makes one. `writers` gives the digits and letters, `numbers` writes them in a row, `stationery` rules
and prints the sheet, `fields` and `layouts` say what stands where, and `photograph` is a camera. `crops`
are learned from to find numbers, `strips` to read them; `sent` has pages to measure both on.
"""
