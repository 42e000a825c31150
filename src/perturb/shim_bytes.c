// The bytes of the library that shim.c is built into, and where they end.
__asm__(
    ".section .rodata\n"
    ".global reproduce_perturb_shim_begin, reproduce_perturb_shim_end\n"
    "reproduce_perturb_shim_begin:\n"
    ".incbin \"" SHIM_FILE
    "\"\n"
    "reproduce_perturb_shim_end:\n"
    ".previous\n");
