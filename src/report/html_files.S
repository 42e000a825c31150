// The files that the page of `reproduce diff --html` is made of, as they stand in html/. The script's
// are one text, in this order.

    .section .rodata
    .global reproduce_page_html_begin, reproduce_page_html_end
    .global reproduce_page_css_begin, reproduce_page_css_end
    .global reproduce_page_js_begin, reproduce_page_js_end

reproduce_page_html_begin:
    .incbin "page.html"
reproduce_page_html_end:

reproduce_page_css_begin:
    .incbin "page.css"
reproduce_page_css_end:

reproduce_page_js_begin:
    .incbin "base.js"
    .incbin "drawings.js"
    .incbin "content.js"
    .incbin "files.js"
    .incbin "page.js"
reproduce_page_js_end:

    .section .note.GNU-stack, "", %progbits
