#pragma once

/// A key with which RFC 6979 makes its examples.

#include <string_view>

namespace reproduce::test {

/// Of P-521, appendix A.2.7; its number begins with zeros. Put into PKCS#8 by OpenSSL.
inline constexpr std::string_view rfc6979_p521_pem =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIHuAgEAMBAGByqGSM49AgEGBSuBBAAjBIHWMIHTAgEBBEIA+tBtqmK6OyXS+0AT\n"
    "PadXIF3mf1uwAY/ujIbhtox+dcqolusy8fR8cIVYNqbRb8wUZvbY++xn24nsDAiw\n"
    "6Za4NTihgYkDgYYABAGJRVDQeFky4A6qI7aU8hP4wxIfhtyXoE5acWfbTlvNNxEj\n"
    "1G5F22tdU3Cn8g+2MxVdOP+hbSvXYdysR0uaL1AjpABJMQHJYs1NL933giheZFhB\n"
    "OcL5G0f4f/gjVNZjD3RqKKDbJXQbWzSoKACLIqzCP5JPqvvU0z+B6maVbf6qK/38\n"
    "9Q==\n"
    "-----END PRIVATE KEY-----\n";

}  // namespace reproduce::test
