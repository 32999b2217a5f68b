/// ZIP, with the ZIP64 fields where a number needs them (PKWARE, "APPNOTE.TXT", 6.3.10). Every date is
/// 1980-01-01, every mode 0644.
enum ZipRecord: StoredRecord {
  private static let limit32 = 0xFFFF_FFFF
  static let fixedLength = 30

  static func header(_ entry: StoredEntry) throws(ArchiveError) -> [UInt8] {
    guard entry.name.utf8.count < 0xFFFF else {
      throw ArchiveError("name-too-long", "the name is too long for a ZIP", at: entry.name)
    }
    let isWide = entry.size >= limit32
    var bytes: [UInt8] = [0x50, 0x4B, 3, 4]
    bytes += common(entry, isWide: isWide)
    bytes.append(little: UInt16(entry.name.utf8.count))
    bytes.append(little: UInt16(isWide ? 20 : 0))
    bytes += Array(entry.name.utf8)
    if isWide { bytes += wide([entry.size, entry.size]) }
    return bytes
  }

  static func padding(_ entry: StoredEntry) -> Int { 0 }

  static func parsed(_ fixed: [UInt8]) -> (rest: Int, size: Int, sum: UInt32?)? {
    guard fixed.starts(with: [0x50, 0x4B, 3, 4]), fixed.little(at: 8, bytes: 2) == 0 else {
      return nil
    }
    return (
      fixed.little(at: 26, bytes: 2) + fixed.little(at: 28, bytes: 2),
      fixed.little(at: 22, bytes: 4), UInt32(fixed.little(at: 14, bytes: 4))
    )
  }

  static func name(_ header: [UInt8]) -> (name: String, size: Int)? {
    let length = header.little(at: 26, bytes: 2)
    let end = fixedLength + length
    let name = String(decoding: header[fixedLength..<end], as: UTF8.self)
    let size = header.little(at: 22, bytes: 4)
    guard size == limit32 else { return (name, size) }
    guard header.count == end + 20 else { return nil }
    return (name, header.little(at: end + 4, bytes: 8))
  }

  static func closing(_ entries: [StoredEntry], end: Int) -> [UInt8] {
    var directory: [UInt8] = []
    for entry in entries { directory += listed(entry) }
    let isWide = entries.count >= 0xFFFF || end >= limit32 || directory.count >= limit32
    var bytes = directory
    if isWide {
      bytes += [0x50, 0x4B, 6, 6]
      bytes.append(little: UInt64(44))
      bytes += [45, 3, 45, 0] + [UInt8](repeating: 0, count: 8)
      for number in [entries.count, entries.count, directory.count, end] {
        bytes.append(little: UInt64(number))
      }
      bytes += [0x50, 0x4B, 6, 7, 0, 0, 0, 0]
      bytes.append(little: UInt64(end + directory.count))
      bytes.append(little: UInt32(1))
    }
    bytes += [0x50, 0x4B, 5, 6, 0, 0, 0, 0]
    for _ in 0..<2 { bytes.append(little: UInt16(min(entries.count, 0xFFFF))) }
    bytes.append(little: UInt32(min(directory.count, limit32)))
    bytes.append(little: UInt32(min(end, limit32)))
    return bytes + [0, 0]
  }

  /// An entry of the directory.
  private static func listed(_ entry: StoredEntry) -> [UInt8] {
    let isWide = entry.size >= limit32
    var wideNumbers = isWide ? [entry.size, entry.size] : []
    if entry.offset >= limit32 { wideNumbers.append(entry.offset) }
    let extra = wideNumbers.isEmpty ? [] : wide(wideNumbers)
    var bytes: [UInt8] = [0x50, 0x4B, 1, 2, 45, 3]
    bytes += common(entry, isWide: isWide)
    bytes.append(little: UInt16(entry.name.utf8.count))
    bytes.append(little: UInt16(extra.count))
    bytes += [UInt8](repeating: 0, count: 6)
    bytes.append(little: UInt32(0o100644) << 16)
    bytes.append(little: UInt32(min(entry.offset, limit32)))
    return bytes + Array(entry.name.utf8) + extra
  }

  /// Version, flags (names in UTF-8), method (stored), date, sum and both sizes.
  private static func common(_ entry: StoredEntry, isWide: Bool) -> [UInt8] {
    var bytes: [UInt8] = [isWide ? 45 : 20, 0, 0, 8, 0, 0, 0, 0, 0x21, 0]
    bytes.append(little: entry.sum)
    for _ in 0..<2 { bytes.append(little: UInt32(min(entry.size, limit32))) }
    return bytes
  }

  private static func wide(_ numbers: [Int]) -> [UInt8] {
    var bytes: [UInt8] = [1, 0]
    bytes.append(little: UInt16(8 * numbers.count))
    for number in numbers { bytes.append(little: UInt64(number)) }
    return bytes
  }
}
