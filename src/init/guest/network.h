#pragma once

/// Brings the loopback interface up, which gives it 127.0.0.1 and ::1. What fails is said.
void raise_loopback(void);
