import Foundation
import Work

/// What a file is, by its first bytes and never by its name.
enum Sniffed {
  /// `glb`, `gltf` or `zip`.
  static func model(_ path: String) -> String? {
    let start = bytes(path, 4096)
    if start.starts(with: Array("glTF".utf8)) { return "glb" }
    if start.starts(with: [0x50, 0x4B, 0x03, 0x04]) { return "zip" }
    return start.first { $0 > 0x20 } == UInt8(ascii: "{") ? "gltf" : nil
  }

  /// Any format that is read: those of `model`, and `3mf`, `fbx`, `obj`, `off`, `ply`, `stl`.
  static func anyModel(_ path: String) -> String? {
    let start = bytes(path, 4096)
    if let known = model(path) {
      // A 3MF is a ZIP whose first entries say so.
      let text = String(decoding: start, as: UTF8.self)
      let is3MF = text.contains("3D/3dmodel") || text.contains("[Content_Types].xml")
      return known == "zip" && is3MF ? "3mf" : known
    }
    if start.starts(with: Array("Kaydara FBX Binary".utf8)) { return "fbx" }
    let size = fileBytes(path) ?? 0
    if start.count >= 84 {
      let count = start[80..<84].reversed().reduce(0) { $0 << 8 | Int($1) }
      if size == 84 + 50 * count { return "stl" }
    }
    guard !start.contains(0) else { return start.starts(with: Array("ply".utf8)) ? "ply" : nil }
    return text(String(decoding: start, as: UTF8.self))
  }

  private static func text(_ start: String) -> String? {
    let lines = start.split(whereSeparator: \.isNewline).map { line in
      line.drop { $0.isWhitespace }
    }
    guard let first = lines.first(where: { !$0.isEmpty && !$0.hasPrefix("#") }) else { return nil }
    let word = first.prefix { !$0.isWhitespace }
    switch word {
    case "solid": return "stl"
    case "ply": return "ply"
    case "OFF", "COFF", "NOFF", "STOFF", "CNOFF": return "off"
    default: break
    }
    if first.hasPrefix("; FBX") { return "fbx" }
    let words: Set<Substring> = ["v", "vn", "vt", "f", "o", "g", "mtllib", "usemtl", "s", "l"]
    return words.contains(word) ? "obj" : nil
  }

  /// `png`, `jpg` or `webp`.
  static func picture(_ path: String) -> String? {
    let start = bytes(path, 16)
    if start.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return "png" }
    if start.starts(with: [0xFF, 0xD8, 0xFF]) { return "jpg" }
    let isWebP =
      start.starts(with: Array("RIFF".utf8)) && start.count >= 12
      && start[8..<12].elementsEqual("WEBP".utf8)
    return isWebP ? "webp" : nil
  }

  private static func bytes(_ path: String, _ count: Int) -> [UInt8] {
    guard let file = FileHandle(forReadingAtPath: path) else { return [] }
    defer { try? file.close() }
    return [UInt8]((try? file.read(upToCount: count)) ?? Data())
  }
}
