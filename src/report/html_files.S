// The files that the page of `reproduce diff --html` is made of, as they stand in html/.

    .section .rodata
    .global reproduce_page_html_begin, reproduce_page_html_end
    .global reproduce_page_css_begin, reproduce_page_css_end
    .global reproduce_page_js_begin, reproduce_page_js_end

reproduce_page_html_begin:
    .incbin PAGE_HTML
reproduce_page_html_end:

reproduce_page_css_begin:
    .incbin PAGE_CSS
reproduce_page_css_end:

reproduce_page_js_begin:
    .incbin PAGE_JS
reproduce_page_js_end:

    .section .note.GNU-stack, "", %progbits
