/// POSIX tar (IEEE 1003.1, "ustar"). Every date is 1980-01-01, every mode 0644.
enum TarRecord: StoredRecord {
  static let fixedLength = 512

  static func header(_ entry: StoredEntry) throws(ArchiveError) -> [UInt8] {
    guard let (prefix, name) = split(entry.name), entry.size < 1 << 33 else {
      throw ArchiveError(
        "tar-entry", "a tar takes names of some 250 bytes and files of 8 GiB at most",
        at: entry.name)
    }
    var bytes = [UInt8](repeating: 0, count: fixedLength)
    func put(_ text: String, at offset: Int) {
      for (index, byte) in text.utf8.enumerated() { bytes[offset + index] = byte }
    }
    func octal(_ value: Int, digits: Int) -> String {
      let text = String(value, radix: 8)
      return String(repeating: "0", count: digits - text.count) + text
    }
    put(name, at: 0)
    put("0000644", at: 100)
    put("0000000", at: 108)
    put("0000000", at: 116)
    put(octal(entry.size, digits: 11), at: 124)
    put(octal(315_532_800, digits: 11), at: 136)
    put("        ", at: 148)
    put("0", at: 156)
    put("ustar", at: 257)
    put("00", at: 263)
    put(prefix, at: 345)
    put(octal(bytes.reduce(0) { $0 + Int($1) }, digits: 6) + "\0 ", at: 148)
    return bytes
  }

  static func padding(_ entry: StoredEntry) -> Int { -entry.size & 511 }

  static func closing(_ entries: [StoredEntry], end: Int) -> [UInt8] {
    [UInt8](repeating: 0, count: 1024)
  }

  static func parsed(_ fixed: [UInt8]) -> (rest: Int, size: Int, sum: UInt32?)? {
    guard let size = number(fixed[124..<135]), let sum = number(fixed[148..<154]) else {
      return nil
    }
    let blank = fixed[..<148] + [UInt8](repeating: 0x20, count: 8) + fixed[156...]
    return blank.reduce(0) { $0 + Int($1) } == sum ? (0, size, nil) : nil
  }

  static func name(_ header: [UInt8]) -> (name: String, size: Int)? {
    guard let size = number(header[124..<135]) else { return nil }
    func text(_ bytes: ArraySlice<UInt8>) -> String {
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    let prefix = text(header[345..<500])
    return ((prefix.isEmpty ? "" : prefix + "/") + text(header[..<100]), size)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    Int(String(decoding: digits, as: UTF8.self), radix: 8)
  }

  /// A name cut at a slash where it is too long for one field.
  private static func split(_ name: String) -> (prefix: String, name: String)? {
    if name.utf8.count <= 100 { return ("", name) }
    for (place, character) in name.enumerated().reversed() where character == "/" {
      let head = String(name.prefix(place))
      let tail = String(name.dropFirst(place + 1))
      if head.utf8.count <= 155 && tail.utf8.count <= 100 { return (head, tail) }
    }
    return nil
  }
}
