/// Width and height of a PNG, JPEG or WebP by its header alone: pictures are decoded where jobs run, never
/// in the server.
enum PictureHeader {
  /// Nil where the bytes are no such picture.
  static func size(_ bytes: [UInt8]) -> (width: Int, height: Int)? {
    let found =
      bytes.starts(with: [0x89, 0x50, 0x4E, 0x47])
      ? png(bytes) : bytes.starts(with: [0xFF, 0xD8]) ? jpeg(bytes) : webP(bytes)
    guard let found, found.width > 0, found.height > 0 else { return nil }
    return found
  }

  private static func big(_ bytes: [UInt8], _ at: Int, _ count: Int) -> Int? {
    guard at + count <= bytes.count else { return nil }
    return bytes[at..<at + count].reduce(0) { $0 << 8 | Int($1) }
  }

  private static func little(_ bytes: [UInt8], _ at: Int, _ count: Int) -> Int? {
    guard at + count <= bytes.count else { return nil }
    return bytes[at..<at + count].reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  private static func png(_ bytes: [UInt8]) -> (width: Int, height: Int)? {
    guard let width = big(bytes, 16, 4), let height = big(bytes, 20, 4) else { return nil }
    return (width, height)
  }

  /// The first frame header among the segments.
  private static func jpeg(_ bytes: [UInt8]) -> (width: Int, height: Int)? {
    var at = 2
    while let marker = big(bytes, at, 2), let length = big(bytes, at + 2, 2) {
      guard marker >= 0xFFC0, marker != 0xFFDA else { return nil }
      if (0xFFC0...0xFFCF).contains(marker), ![0xFFC4, 0xFFC8, 0xFFCC].contains(marker) {
        guard let height = big(bytes, at + 5, 2), let width = big(bytes, at + 7, 2) else {
          return nil
        }
        return (width, height)
      }
      at += 2 + max(2, length)
    }
    return nil
  }

  private static func webP(_ bytes: [UInt8]) -> (width: Int, height: Int)? {
    guard bytes.count > 30, bytes[8..<12].elementsEqual("WEBP".utf8) else { return nil }
    switch bytes[12..<16] {
    case ArraySlice("VP8X".utf8):
      return (1 + little(bytes, 24, 3)!, 1 + little(bytes, 27, 3)!)
    case ArraySlice("VP8L".utf8):
      let bits = little(bytes, 21, 4)!
      return (1 + bits & 0x3FFF, 1 + bits >> 14 & 0x3FFF)
    case ArraySlice("VP8 ".utf8):
      return (little(bytes, 26, 2)! & 0x3FFF, little(bytes, 28, 2)! & 0x3FFF)
    default: return nil
    }
  }
}
