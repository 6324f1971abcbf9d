/**
 * Self-signed certificates for servers of the tests, valid for a century. Made with
 * `openssl req -x509 -new -key k.pem -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -days 36500`.
 */

export interface Certificate {
  key: string
  cert: string
}

export const certificates = {
  /** For localhost and 127.0.0.1. */
  local: {
    key: `-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIOiDL+WGLjg1QMAgav9VJ+UKfVWjUj/kOxmx1BYdFKemoAoGCCqGSM49
AwEHoUQDQgAEeRAvicIC0/LpveyIbevCsXLYwfvAQyJ2ihON7Z4F5CamTBFf6rce
CyATMctB+ELOvH0GMqNSkF4d1IFIrjm/hA==
-----END EC PRIVATE KEY-----`,
    cert: `-----BEGIN CERTIFICATE-----
MIIBnDCCAUGgAwIBAgIUEgyhoMmKcwxUJv6/WTqkkh8x6j0wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyODA5MDkxNloYDzIxMjYxMTA0
MDkwOTE2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAR5EC+JwgLT8um97Iht68KxctjB+8BDInaKE43tngXkJqZMEV/qtx4L
IBMxy0H4Qs68fQYyo1KQXh3UgUiuOb+Eo28wbTAdBgNVHQ4EFgQUQuuffIvehCxl
OpXjk4KT25FeBe4wHwYDVR0jBBgwFoAUQuuffIvehCxlOpXjk4KT25FeBe4wDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSQAwRgIhAKiVRuICX3Sk29y8Q9OjdBhYojXCr/Ogx2ci1YKd9Q5XAiEA
9mjz3+6BWF2IdFh9s6rdJhJ8yvaQrxNsWHD+6OX5ivs=
-----END CERTIFICATE-----`,
  },
  /** For *.fic-dev.test, localhost and 127.0.0.1. */
  proxied: {
    key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgGume/xhuxr9xciX3
XgMbW1POHmXzbiZ2aCIQ5HThOR+hRANCAASCdpJX7oEOJAywO5w7R6HcVoYVsQha
WkaPKGX9mNbIZRrFoH7DASGfeoEarx2wDzDBqsrOVPCmVjCYY2IYt2Ze
-----END PRIVATE KEY-----`,
    cert: `-----BEGIN CERTIFICATE-----
MIIBXTCCAQSgAwIBAgIBATAKBggqhkjOPQQDAjAXMRUwEwYDVQQDDAxmaWMtZGV2
IHRlc3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBcxFTATBgNV
BAMMDGZpYy1kZXYgdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABIJ2klfu
gQ4kDLA7nDtHodxWhhWxCFpaRo8oZf2Y1shlGsWgfsMBIZ96gRqvHbAPMMGqys5U
8KZWMJhjYhi3Zl6jPzA9MA8GA1UdEwEB/wQFMAMBAf8wKgYDVR0RBCMwIYIOKi5m
aWMtZGV2LnRlc3SCCWxvY2FsaG9zdIcEfwAAATAKBggqhkjOPQQDAgNHADBEAiBL
/NB+cmucZLjwfUNta6p4+IT+d9/f1rROCvwOaAANyAIgRDQ2KO8pMDNIYoAK1J65
ch5pFGVzmDK9gBK2DAKICr8=
-----END CERTIFICATE-----`,
  },
} satisfies Record<string, Certificate>
