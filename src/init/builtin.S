// The builtin init's two programs, as CMake has built them from src/init/guest, in read-only data.

    .section .rodata
    .global reproduce_init_x86_64_begin, reproduce_init_x86_64_end
    .global reproduce_init_aarch64_begin, reproduce_init_aarch64_end

    .balign 16
reproduce_init_x86_64_begin:
    .incbin INIT_X86_64
reproduce_init_x86_64_end:

    .balign 16
reproduce_init_aarch64_begin:
    .incbin INIT_AARCH64
reproduce_init_aarch64_end:

    .section .note.GNU-stack, "", %progbits
