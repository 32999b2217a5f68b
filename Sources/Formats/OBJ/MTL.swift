import Foundation
import Imaging
import Scenes
import Work

/// The materials an OBJ names. What cannot be read is left out with a warning: a shape without its
/// paint is still a shape.
final class MTLLibrary {
  private let folder: ModelFolder
  private let log: LogSink
  private var entries: [String: [(key: String, words: [String])]] = [:]
  private var known: [String: Int] = [:]
  private var textureOfFile: [String: Int] = [:]

  private var loaded: Set<String> = []

  init(folder: ModelFolder, log: LogSink) {
    self.folder = folder
    self.log = log
  }

  func load(_ name: String) {
    // A file may name the same library again and again, and even be its own.
    guard loaded.insert(name).inserted else { return }
    let file: [UInt8]
    do {
      file = try folder.read(name, at: "mtllib")
    } catch {
      log.warn(error.description)
      return
    }
    var scanner = TextScanner(file)
    var current: String?
    while let words = scanner.nextLine() {
      guard let first = words.first, words.count > 1 else { continue }
      let key = scanner.text(first)
      let rest = scanner.text(from: words[1], through: words.last!)
      if key == "newmtl" {
        current = rest
        entries[rest] = []
      } else if let current {
        entries[current]?.append((key, rest.split(separator: " ").map(String.init)))
      }
    }
  }

  /// The scene's number for a material, made at first use; nil where the library has none.
  func material(_ name: String, in scene: inout Scene) -> Int? {
    if let number = known[name] { return number }
    guard let lines = entries[name] else {
      if !name.isEmpty { log.warn("material \"\(name)\" is not defined and is left out") }
      return nil
    }
    var material = Material()
    material.name = name
    material.metallic = 0
    material.roughness = 0.8
    for (key, words) in lines { apply(key, words, to: &material, in: &scene) }
    scene.materials.append(material)
    known[name] = scene.materials.count - 1
    return known[name]
  }

  private func apply(
    _ key: String, _ words: [String], to material: inout Material, in scene: inout Scene
  ) {
    let numbers = words.compactMap { Float($0) }.filter(\.isFinite)
    switch key {
    case "Kd" where numbers.count >= 3:
      // Colours are written as they look, in sRGB.
      for channel in 0..<3 {
        material.baseColor[channel] = Float(SRGB.decode(Double(min(max(numbers[channel], 0), 1))))
      }
    case "Ke" where numbers.count >= 3:
      material.emissive = SIMD3(numbers[0], numbers[1], numbers[2]).clamped(
        lowerBound: .zero, upperBound: .one)
    case "Ns" where numbers.count >= 1:
      // The usual fit of a Phong exponent to a microfacet roughness.
      material.roughness = min(1, max(0.05, (2 / (numbers[0] + 2)).squareRoot().squareRoot()))
    case "Pr" where numbers.count >= 1: material.roughness = min(max(numbers[0], 0), 1)
    case "Pm" where numbers.count >= 1: material.metallic = min(max(numbers[0], 0), 1)
    case "d" where numbers.count >= 1: setOpacity(numbers[0], of: &material)
    case "Tr" where numbers.count >= 1:
      // MeshLab writes 1 for what is opaque; nobody means a surface that cannot be seen.
      setOpacity(numbers[0] == 1 ? 1 : 1 - numbers[0], of: &material)
    case "map_Kd":
      material.baseColorTexture = slot(words, in: &scene)
      if material.baseColorTexture != nil { material.baseColor = [1, 1, 1, material.baseColor.w] }
    case "map_Ke":
      material.emissiveTexture = slot(words, in: &scene)
      if material.emissiveTexture != nil { material.emissive = .one }
    case "norm": material.normalTexture = slot(words, in: &scene)
    default: break
    }
  }

  private func setOpacity(_ opacity: Float, of material: inout Material) {
    material.baseColor.w = min(max(opacity, 0), 1)
    if material.baseColor.w < 1 { material.alphaMode = .blend }
  }

  /// A map's file is what follows its options (`-s 1 1 1`, `-clamp on`).
  private func slot(_ words: [String], in scene: inout Scene) -> TextureSlot? {
    var rest = words[...]
    while let first = rest.first, first.hasPrefix("-"), first.count > 1 {
      rest = rest.dropFirst()
      while let value = rest.first, rest.count > 1,
        Float(value) != nil || value == "on" || value == "off"
      { rest = rest.dropFirst() }
    }
    let name = rest.joined(separator: " ")
    if let texture = textureOfFile[name] { return TextureSlot(texture: texture) }
    do {
      let bytes = try folder.read(name, at: "map")
      guard let format = ImageFile.format(of: bytes), format == .png || format == .jpeg else {
        log.warn("\(name): the picture is neither PNG nor JPEG and is left out")
        return nil
      }
      let stem = URL(fileURLWithPath: name).deletingPathExtension().lastPathComponent
      scene.images.append(ImageSource(name: stem, mediaType: format.mediaType, bytes: bytes))
      scene.textures.append(Texture(image: scene.images.count - 1))
      textureOfFile[name] = scene.textures.count - 1
      return TextureSlot(texture: scene.textures.count - 1)
    } catch {
      log.warn(error.description)
      return nil
    }
  }
}
