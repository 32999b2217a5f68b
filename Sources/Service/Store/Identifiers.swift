import Foundation
import Glibc

/// Names of things. Random ones come from the system, because they are keys to what they name.
enum Identifier {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")

  /// Twelve letters and digits: 71 bits.
  static func short() -> String { random(12) }

  static func random(_ count: Int) -> String {
    var generator = SystemRandomNumberGenerator()
    return String((0..<count).map { _ in alphabet.randomElement(using: &generator)! })
  }

  /// A UUID of version 4: random throughout.
  static func uuid() -> String { UUID().uuidString.lowercased() }

  /// A UUID of version 7 (RFC 9562): those made later sort later.
  static func ordered(_ milliseconds: Int = Clock.now()) -> String {
    var generator = SystemRandomNumberGenerator()
    var bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    for place in 0..<6 {
      bytes[place] = UInt8(truncatingIfNeeded: milliseconds >> (8 * (5 - place)))
    }
    bytes[6] = bytes[6] & 0x0F | 0x70
    bytes[8] = bytes[8] & 0x3F | 0x80
    let digits = bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }
    let groups = [digits[0..<4], digits[4..<6], digits[6..<8], digits[8..<10], digits[10..<16]]
    return groups.map { $0.joined() }.joined(separator: "-")
  }
}

/// Times as the store keeps them.
enum Clock {
  /// Milliseconds since 1970.
  static func now() -> Int { Int(Date().timeIntervalSince1970 * 1000) }

  /// Milliseconds that no setting of the clock moves, for leases.
  static func steady() -> Int {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_BOOTTIME, &time)
    return Int(time.tv_sec) * 1000 + Int(time.tv_nsec) / 1_000_000
  }

  /// RFC 3339 in UTC, whole seconds, with the offset written out: `2026-03-21T12:00:00+00:00`.
  static func offsetText(_ milliseconds: Int) -> String {
    String(text(milliseconds).prefix(19)) + "+00:00"
  }

  /// RFC 3339 in UTC with milliseconds.
  static func text(_ milliseconds: Int) -> String {
    // Half a millisecond more: the format cuts off, and a binary fraction may lie just below.
    Date(timeIntervalSince1970: (Double(milliseconds) + 0.5) / 1000)
      .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }
}
