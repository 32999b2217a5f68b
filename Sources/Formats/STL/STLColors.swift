import Geometry
import Imaging
import Scenes

/// The two ways in which binary STL files say colors in the two bytes after each triangle.
///
/// Magics names the object's color in the header, `COLOR=` and four bytes RGBA; a triangle's own has bit 15
/// clear and red in the lowest five bits. VisCAM (and SolidView) set bit 15 on a triangle's color and have
/// blue lowest.
enum STLColors {
  private static let mark = Array("COLOR=".utf8)

  /// The linear color of each triangle; nil where the file says none.
  static func read(_ file: [UInt8], count: Int) -> [SIMD4<Float>]? {
    let words = (0..<count).map { file.loadUInt16(at: 84 + 50 * $0 + 48) }
    if let standing = objectColor(file[..<80]) {
      return words.map { word in
        word & 0x8000 != 0 ? standing : color(red: word, green: word >> 5, blue: word >> 10)
      }
    }
    guard words.contains(where: { $0 & 0x8000 != 0 }) else { return nil }
    return words.map { word in
      word & 0x8000 != 0
        ? color(red: word >> 10, green: word >> 5, blue: word) : SIMD4(repeating: 1)
    }
  }

  private static func objectColor(_ header: ArraySlice<UInt8>) -> SIMD4<Float>? {
    guard header.count >= mark.count + 4 else { return nil }
    for start in 0...header.count - mark.count - 4
    where header[start..<start + mark.count].elementsEqual(mark) {
      let code = header[(start + mark.count)...].prefix(4).map { Int($0) }
      let light = code.prefix(3).map { SRGB.linearOfCode[$0] }
      return SIMD4(light[0], light[1], light[2], Float(code[3]) / 255)
    }
    return nil
  }

  private static func color(red: UInt16, green: UInt16, blue: UInt16) -> SIMD4<Float> {
    func light(_ word: UInt16) -> Float { Float(SRGB.decode(Double(word & 31) / 31)) }
    return SIMD4(light(red), light(green), light(blue), 1)
  }

  /// The header and a word for each triangle as Magics has them; nil where the scene has one color or none.
  static func words(_ scene: Scene) -> (header: [UInt8], words: [UInt16])? {
    var words: [UInt16] = []
    for part in scene.surfaces() {
      let factor = part.material.map { scene.materials[$0].baseColor } ?? SIMD4(repeating: 1)
      let colors = part.mesh.attributes.colors
      for triangle in part.mesh.triangles {
        var color = SIMD4<Float>(repeating: 3)
        if !colors.isEmpty {
          color = colors[Int(triangle.x)] + colors[Int(triangle.y)] + colors[Int(triangle.z)]
        }
        words.append(word(color / 3 * factor))
      }
    }
    guard let first = words.first, words.contains(where: { $0 != first }) else { return nil }
    return (Array("COLOR=".utf8) + [255, 255, 255, 255], words)
  }

  private static func word(_ color: SIMD4<Float>) -> UInt16 {
    func code(_ light: Float) -> UInt16 { UInt16((SRGB.encode(Double(light)) * 31).rounded()) }
    return code(color.x) | code(color.y) << 5 | code(color.z) << 10
  }
}
