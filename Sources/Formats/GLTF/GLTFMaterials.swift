import Imaging
import Scenes
import Settings
import Work

/// Materials, textures and images of a document.
struct GLTFMaterials {
  let document: GLTFDocument
  let buffers: GLTFBuffers
  private(set) var warnings: [String] = []
  /// All pictures of a file together, encoded.
  private static let imageByteLimit = 2 << 30

  init(document: GLTFDocument, buffers: GLTFBuffers) {
    (self.document, self.buffers) = (document, buffers)
  }

  mutating func materials() throws(FormatError) -> [Material] {
    var result: [Material] = []
    for element in document["materials"] { result.append(try material(element)) }
    return result
  }

  private mutating func material(_ element: GLTFElement) throws(FormatError) -> Material {
    var material = Material()
    material.name = try element.string("name") ?? ""
    var emissiveScale: Float = 1
    if let metallic = try element.object("pbrMetallicRoughness") {
      if let factor = try metallic.numbers("baseColorFactor", count: 4) {
        material.baseColor = SIMD4(
          factor.map { clamped(Float($0), "\(metallic.path).baseColorFactor") })
      }
      material.metallic = try factor(metallic, "metallicFactor", 1)
      material.roughness = try factor(metallic, "roughnessFactor", 1)
      material.baseColorTexture = try slot(metallic, "baseColorTexture")
      material.metallicRoughnessTexture = try slot(metallic, "metallicRoughnessTexture")
    }
    material.normalTexture = try slot(element, "normalTexture")
    material.normalScale = try element.object("normalTexture")?.float("scale") ?? 1
    material.occlusionTexture = try slot(element, "occlusionTexture")
    if let occlusion = try element.object("occlusionTexture") {
      material.occlusionStrength = try factor(occlusion, "strength", 1)
    }
    material.emissiveTexture = try slot(element, "emissiveTexture")
    if let factor = try element.numbers("emissiveFactor", count: 3) {
      // More light than 1 has an extension of its own, in which it stays.
      let most = max(1, Float(factor.max()!))
      let place = "\(element.path).emissiveFactor"
      if most > 1 { warnings.append("\(place): \(most) is not in 0...1; it is kept as a strength") }
      material.emissive = SIMD3(factor.map { clamped(Float($0) / most, place) })
      emissiveScale = most
    }
    material.alphaMode = try alphaMode(element)
    material.isDoubleSided = try element.bool("doubleSided") ?? false
    let extensions = try element.object("extensions")
    try readExtensions(extensions, into: &material)
    material.emissiveStrength *= emissiveScale
    noteUndeclared(extensions)
    return material
  }

  /// A factor that must lie in 0...1; outside it is clamped with a warning.
  mutating func factor(
    _ element: GLTFElement, _ key: String, _ fallback: Float
  ) throws(FormatError) -> Float {
    clamped(try element.float(key) ?? fallback, "\(element.path).\(key)")
  }

  private mutating func clamped(_ value: Float, _ place: String) -> Float {
    if !(0...1).contains(value) { warnings.append("\(place): \(value) is not in 0...1") }
    return min(max(value, 0), 1)
  }

  private mutating func alphaMode(_ element: GLTFElement) throws(FormatError) -> Material.AlphaMode
  {
    let cutoff = max(0, try element.float("alphaCutoff") ?? 0.5)
    switch try element.string("alphaMode") ?? "OPAQUE" {
    case "MASK": return .mask(cutoff: cutoff)
    case "BLEND": return .blend
    case "OPAQUE": return .opaque
    case let other:
      warnings.append("\(element.path).alphaMode: \"\(other)\" is unknown, OPAQUE is used")
      return .opaque
    }
  }

  mutating func slot(_ owner: GLTFElement, _ key: String) throws(FormatError)
    -> TextureSlot?
  {
    guard let info = try owner.object(key) else { return nil }
    guard
      let texture = try info.index("index", into: "textures", size: document.size("textures"))
    else { throw FormatError("missing-property", "\"index\" is missing", at: info.path) }
    var slot = TextureSlot(texture: texture, uvSet: try info.count("texCoord") ?? 0)
    let extensions = try info.object("extensions")
    noteUndeclared(extensions)
    if let transform = try extensions?.object("KHR_texture_transform") {
      if let offset = try transform.numbers("offset", count: 2) {
        slot.transform.offset = SIMD2(offset.map { Float($0) })
      }
      if let scale = try transform.numbers("scale", count: 2) {
        slot.transform.scale = SIMD2(scale.map { Float($0) })
      }
      slot.transform.rotation = try transform.float("rotation") ?? 0
      slot.uvSet = try transform.count("texCoord") ?? slot.uvSet
    }
    return slot
  }

  mutating func noteUndeclared(_ extensions: GLTFElement?) {
    for (name, _) in extensions?.value.object ?? []
    where !document.declares(name) {
      warnings.append("\(extensions!.path): \(name) is not declared in extensionsUsed")
    }
  }

  mutating func textures() throws(FormatError) -> [Texture] {
    var result: [Texture] = []
    for element in document["textures"] {
      let extensions = try element.object("extensions")
      let webp = try extensions?.object("EXT_texture_webp")
      let size = document.size("images")
      var image = try element.index("source", into: "images", size: size)
      if let webp { image = try webp.index("source", into: "images", size: size) ?? image }
      var texture = Texture(image: image)
      let only = extensions?.value.object?.map(\.key) ?? []
      if image == nil, !only.isEmpty {
        warnings.append(
          "\(element.path): the picture is there only as \(only.joined(separator: ", ")), "
            + "which is not supported; the surface is drawn without it")
      }
      if let index = try element.index("sampler", into: "samplers", size: document.size("samplers"))
      {
        let sampler = document["samplers"][index]
        texture.wrapU = try wrap(sampler, "wrapS")
        texture.wrapV = try wrap(sampler, "wrapT")
        texture.isSmooth = try sampler.count("magFilter") != 9728
      }
      result.append(texture)
    }
    return result
  }

  private func wrap(_ sampler: GLTFElement, _ key: String) throws(FormatError) -> Texture.Wrap {
    switch try sampler.count(key) ?? 10497 {
    case 33071: .clamp
    case 33648: .mirror
    default: .repeat
    }
  }

  /// Images by content. One that cannot be had is kept as a problem: a model without one picture is
  /// still a model.
  mutating func images() throws(FormatError) -> [ImageSource] {
    var result: [ImageSource] = []
    var total = 0
    for element in document["images"] {
      let name = try element.string("name") ?? ""
      var source = ImageSource(name: name, mediaType: "", bytes: [])
      if let uri = try element.string("uri") {
        do {
          source.bytes = try buffers.resource(uri, at: "\(element.path).uri")
        } catch {
          source.problem = error.description
        }
      } else if let view = try element.index(
        "bufferView", into: "bufferViews", size: document.size("bufferViews"))
      {
        source.bytes = try buffers.bytes(ofView: view)
        if try element.string("mimeType") == nil {
          warnings.append("\(element.path): \"mimeType\" is missing")
        }
      } else {
        source.problem = "\(element.path): neither \"uri\" nor \"bufferView\" is there"
      }
      total += source.bytes.count
      guard total <= Self.imageByteLimit else {
        throw FormatError("too-large", "the pictures are over \(total) bytes", at: element.path)
      }
      if source.problem == nil {
        if let format = ImageFile.format(of: source.bytes) {
          source.mediaType = format.mediaType
          if ![.png, .jpeg, .webp].contains(format) {
            source.problem =
              "\(element.path) \"\(name)\" is a \(format.rawValue) picture, which is not read here; what uses "
              + "it is drawn with its plain factors, so save it as PNG, JPEG or WebP"
          }
        } else {
          source.problem = "\(element.path): the picture is neither PNG nor JPEG nor WebP"
        }
      }
      if let problem = source.problem { warnings.append(problem) }
      result.append(source)
    }
    return result
  }
}
