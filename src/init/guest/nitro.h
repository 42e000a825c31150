#pragma once

// What only an enclave has: the security module's driver, and a parent that waits for a heartbeat.

/// Loads /nsm.ko when the image has it. A failure is said, and the app is started all the same.
void load_nsm(void);

/// Tells the parent instance that the enclave runs: the byte 0xB7 to vsock CID 3, port 9000, and
/// back. `nitro-cli run-enclave` waits for it. A failure is said; it takes a few seconds at most.
void send_heartbeat(void);
