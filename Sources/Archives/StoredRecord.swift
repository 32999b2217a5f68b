/// How an archive of stored entries is laid out: what stands before an entry's bytes, after them, and at
/// the end.
protocol StoredRecord: Sendable {
  /// What stands before the bytes.
  static func header(_ entry: StoredEntry) throws(ArchiveError) -> [UInt8]
  /// What fills the archive up after the bytes.
  static func padding(_ entry: StoredEntry) -> Int
  /// What closes an archive of these entries that ends at `end`.
  static func closing(_ entries: [StoredEntry], end: Int) -> [UInt8]
  /// The length of the fixed part of a header.
  static var fixedLength: Int { get }
  /// What a header says, its fixed part given, and the length of the rest of it; nil where it is none.
  static func parsed(_ fixed: [UInt8]) -> (rest: Int, size: Int, sum: UInt32?)?
  /// The name and the size, all of the header given.
  static func name(_ header: [UInt8]) -> (name: String, size: Int)?
}

/// A file in an archive.
public struct StoredEntry: Sendable, Equatable {
  /// A relative path with forward slashes.
  public let name: String
  /// Bytes.
  public let size: Int
  /// CRC-32 of the bytes.
  public let sum: UInt32
  /// Where its header begins.
  public let offset: Int
}

extension [UInt8] {
  /// The little-endian bytes of a whole number.
  mutating func append<Value: FixedWidthInteger>(little value: Value) {
    for shift in stride(from: 0, to: Value.bitWidth, by: 8) {
      append(UInt8(truncatingIfNeeded: value >> Value(shift)))
    }
  }

  /// The whole number whose little-endian bytes stand at `offset`.
  func little(at offset: Int, bytes: Int) -> Int {
    (0..<bytes).reduce(0) { $0 | Int(self[offset + $1]) << (8 * $1) }
  }
}
