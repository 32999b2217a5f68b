import CCrypto
import Foundation

/// SHA-256 in hexadecimal, by which files are named in manifests and results.
public enum Digest {
  /// Of a file, read piece by piece; nil where it cannot be read.
  public static func sha256(ofFile path: String) -> String? {
    guard let file = FileHandle(forReadingAtPath: path) else { return nil }
    defer { try? file.close() }
    guard let context = unsafe EVP_MD_CTX_new() else { return nil }
    defer { unsafe EVP_MD_CTX_free(context) }
    guard unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else { return nil }
    do {
      while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
        let bytes = [UInt8](piece)
        guard unsafe EVP_DigestUpdate(context, bytes, bytes.count) == 1 else { return nil }
      }
    } catch {
      return nil
    }
    var digest = [UInt8](repeating: 0, count: 32)
    guard unsafe EVP_DigestFinal_ex(context, &digest, nil) == 1 else { return nil }
    return hexadecimal(digest)
  }

  /// Of bytes in memory.
  public static func sha256(of bytes: [UInt8]) -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    _ = unsafe EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil)
    return hexadecimal(digest)
  }

  /// HMAC with SHA-256 (RFC 2104), in hexadecimal.
  public static func hmac256(of bytes: [UInt8], key: [UInt8]) -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    _ = unsafe HMAC(EVP_sha256(), key, Int32(key.count), bytes, bytes.count, &digest, nil)
    return hexadecimal(digest)
  }

  /// Whether two texts are the same, in a time that does not tell where they differ.
  public static func isSame(_ a: String, _ b: String) -> Bool {
    let (a, b) = (Array(a.utf8), Array(b.utf8))
    return a.count == b.count && zip(a, b).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }

  private static func hexadecimal(_ digest: [UInt8]) -> String {
    digest.map { byte in
      let text = String(byte, radix: 16)
      return text.count == 1 ? "0" + text : text
    }.joined()
  }
}
