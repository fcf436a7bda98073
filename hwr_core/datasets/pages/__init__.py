"""Made pages: numbers by real writers on paper, forms and photographs that never were, to learn the finding from.

`page.made_page` makes one: `writers` gives the digits and letters, `numbers` writes them in a row, `stationery` rules
and prints the sheet, `layouts` says what stands where, and `photograph` is what a phone or a scanner makes of it.
"""
