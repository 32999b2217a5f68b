import CISAL

/// A small ZIP made in memory, its entries deflated: the container of a 3MF file.
///
/// libarchive deflates with zlib only, which alone would take twice the time that a whole 3MF file may;
/// it takes nothing that is deflated already. So the container, of three fixed records, is written here.
/// The same entries give the same bytes: dates are 1980-01-01.
public enum DeflatedZip {
  /// - Parameter entries: names with forward slashes, and what they hold; each below 2 GiB, 4 GiB in all.
  /// - Parameter stored: names of entries that do not get smaller, such as pictures.
  /// - Parameter alignment: each entry's bytes begin at a multiple of this many, up to 4096, as readers want that
  ///   map the file into memory.
  public static func bytes(
    _ entries: [(name: String, bytes: [UInt8])], stored: Set<String> = [], alignment: Int = 1
  ) throws(ArchiveError) -> [UInt8] {
    guard entries.count < 0xFFFF, entries.allSatisfy({ $0.name.utf8.count < 0xFFFF }) else {
      throw ArchiveError("zip-too-large", "the archive would have more than 65,534 entries", at: "")
    }
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for (name, bytes) in entries {
      guard bytes.count < 1 << 31, file.count < (1 << 32) - (1 << 20) else {
        throw ArchiveError("zip-too-large", "the archive would be larger than 4 GiB", at: name)
      }
      let small = stored.contains(name) ? nil : deflated(bytes)
      let body = small ?? bytes
      let padding = padding(after: file.count + 30 + name.utf8.count, to: alignment)
      let record =
        fixed16([20, 1 << 11, small == nil ? 0 : 8, 0, 0x21])
        + fixed32([crc(bytes), UInt32(body.count), UInt32(bytes.count)])
        + fixed16([UInt16(name.utf8.count)])
      directory += fixed32([0x0201_4B50]) + fixed16([20]) + record + fixed16([0])
      directory += fixed16([0, 0, 0]) + fixed32([0, UInt32(file.count)]) + Array(name.utf8)
      file += fixed32([0x0403_4B50]) + record + fixed16([UInt16(padding.count)])
      file += Array(name.utf8) + padding
      file += body
    }
    guard file.count + directory.count < 1 << 32 else {
      throw ArchiveError("zip-too-large", "the archive would be larger than 4 GiB", at: "")
    }
    let count = UInt16(entries.count)
    let end =
      fixed32([0x0605_4B50]) + fixed16([0, 0, count, count])
      + fixed32([UInt32(directory.count), UInt32(file.count)]) + fixed16([0])
    return file + directory + end
  }

  /// An extra field, as ZIP has it, that fills up to the alignment; it takes four bytes at least.
  private static func padding(after offset: Int, to alignment: Int) -> [UInt8] {
    guard alignment > 1, offset % alignment != 0 else { return [] }
    var count = alignment - offset % alignment
    if count < 4 { count += alignment }
    return fixed16([0x1986, UInt16(count - 4)]) + [UInt8](repeating: 0, count: count - 4)
  }

  /// Nil where it would not be smaller.
  private static func deflated(_ bytes: [UInt8]) -> [UInt8]? {
    let packed = unsafe [UInt8](unsafeUninitializedCapacity: bytes.count) { room, count in
      count = unsafe bytes.withUnsafeBufferPointer { input in
        unsafe maquette_deflate(
          input.baseAddress, UInt32(input.count), room.baseAddress, UInt32(room.count), 0)
      }
    }
    return packed.isEmpty ? nil : packed
  }

  private static func crc(_ bytes: [UInt8]) -> UInt32 {
    unsafe bytes.withUnsafeBufferPointer {
      unsafe maquette_crc32($0.baseAddress, UInt64($0.count))
    }
  }

  private static func fixed16(_ values: [UInt16]) -> [UInt8] {
    values.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
  }

  private static func fixed32(_ values: [UInt32]) -> [UInt8] {
    values.flatMap { value in
      [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
    }
  }
}
