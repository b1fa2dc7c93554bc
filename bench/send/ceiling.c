/* The work of one push message on libcrypto alone (RFC 8291): fresh key pair, ECDH, HKDF, AES-128-GCM of 300 bytes.
 * What a sender in C would need; prints CPU microseconds per message. cc -O2 ceiling.c -lcrypto */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/ec.h>
#include <openssl/ecdh.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void hmac(const unsigned char *key, int length, const unsigned char *data, size_t size, unsigned char *out) {
  unsigned int written;
  HMAC(EVP_sha256(), key, length, data, size, out, &written);
}

int main(int argc, char **argv) {
  int count = argc > 1 ? atoi(argv[1]) : 10000;
  EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
  EC_KEY *browser = EC_KEY_new();
  EC_KEY_set_group(browser, group);
  EC_KEY_generate_key(browser);
  unsigned char browser_point[65], auth[16], text[301] = {0};
  EC_POINT_point2oct(group, EC_KEY_get0_public_key(browser), POINT_CONVERSION_UNCOMPRESSED, browser_point, 65, NULL);
  RAND_bytes(auth, 16);
  EVP_CIPHER *aes = EVP_CIPHER_fetch(NULL, "AES-128-GCM", NULL);
  EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
  EC_POINT *point = EC_POINT_new(group);

  struct timespec from, to;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
  for (int i = 0; i < count; i++) {
    EC_KEY *own = EC_KEY_new();
    EC_KEY_set_group(own, group);
    EC_KEY_generate_key(own);
    unsigned char info[14 + 130 + 1] = "WebPush: info", secret[32], shared[32], input[32], content[32], key[32], nonce[32];
    unsigned char body[103 + 300];
    EC_POINT_oct2point(group, point, browser_point, 65, NULL);
    memcpy(info + 14, browser_point, 65);
    EC_POINT_point2oct(group, EC_KEY_get0_public_key(own), POINT_CONVERSION_UNCOMPRESSED, info + 14 + 65, 65, NULL);
    info[144] = 1;
    ECDH_compute_key(secret, 32, point, own, NULL);
    RAND_bytes(body, 16);
    hmac(auth, 16, secret, 32, shared);
    hmac(shared, 32, info, 145, input);
    hmac(body, 16, input, 32, content);
    hmac(content, 32, (const unsigned char *)"Content-Encoding: aes128gcm\0\1", 29, key);
    hmac(content, 32, (const unsigned char *)"Content-Encoding: nonce\0\1", 25, nonce);
    int written;
    EVP_EncryptInit_ex2(cipher, aes, key, nonce, NULL);
    EVP_EncryptUpdate(cipher, body + 86, &written, text, 301);
    EVP_EncryptFinal_ex(cipher, body + 86 + written, &written);
    EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, 16, body + 86 + 301);
    EC_KEY_free(own);
  }
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
  printf("%.2f\n", ((to.tv_sec - from.tv_sec) * 1e6 + (to.tv_nsec - from.tv_nsec) / 1e3) / count);
  return 0;
}
