"""From bytes on disk to passages, in this order.

discover: paths and ignore rules -> the files to read
decoding, offsets: bytes -> text, and back from its characters to lines and bytes
formats, jsonlines, markdown, wrapping, blocks, sentences: text -> headings, paragraphs, items, code, with their spans
scripts, neighbours, language: text -> script, language and how certain that is
bilingual, alignment: a document in two languages -> its halves and what in one translates what in the other
sizes, passages: blocks -> pieces of readable size, the unit that is found and cited
"""
