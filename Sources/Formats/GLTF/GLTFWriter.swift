import Foundation
import Geometry
import Imaging
import LinearMath
import Scenes
import Settings

/// Writes a scene as glTF: one buffer, images as their files were.
struct GLTFWriter {
  let scene: Scene
  /// Where the buffer and the images are files beside the document, what their names begin with.
  private let stem: String?
  private var binary: [UInt8] = []
  private var views: [JSONValue] = []
  private var accessors: [JSONValue] = []
  private var extensions: [String] = []

  /// A GLB.
  static func write(_ scene: Scene) -> [UInt8] {
    var writer = GLTFWriter(scene: scene)
    let document = writer.document()
    return GLBContainer.bytes(json: document.text(), binary: writer.binary)
  }

  /// A document, its buffer and its images; the document comes first.
  static func files(_ scene: Scene, stem: String) -> [(name: String, bytes: [UInt8])] {
    var writer = GLTFWriter(scene: scene, stem: stem)
    let document = writer.document()
    var files = [(name: stem + ".gltf", bytes: Array(document.text(pretty: true).utf8))]
    while writer.binary.count % 4 != 0 { writer.binary.append(0) }
    if !writer.binary.isEmpty { files.append((stem + ".bin", writer.binary)) }
    let images = scene.images.indices.filter { writer.imageNumber[$0] != nil }
    return files + images.map { (writer.fileName(ofImage: $0), scene.images[$0].bytes) }
  }

  private func fileName(ofImage index: Int) -> String {
    let format = ImageFile.format(of: scene.images[index].bytes)
    return "\(stem ?? "")_\(index)." + (format?.fileExtension ?? "png")
  }

  /// What is left out of the file leaves gaps in the scene's numbers; these are the file's.
  private let meshNumber: [Int?]
  private let imageNumber: [Int?]
  private let textureNumber: [Int?]

  private init(scene: Scene, stem: String? = nil) {
    (self.scene, self.stem) = (scene, stem)
    meshNumber = Self.numbered(scene.shapes) { !$0.parts.isEmpty }
    let images = Self.numbered(scene.images) { $0.problem == nil }
    imageNumber = images
    textureNumber = Self.numbered(scene.textures) { $0.image.map { images[$0] != nil } ?? false }
  }

  /// Consecutive numbers for those that stay.
  private static func numbered<Element>(
    _ elements: [Element], _ stays: (Element) -> Bool
  ) -> [Int?] {
    var next = 0
    return elements.map { element in
      guard stays(element) else { return nil }
      next += 1
      return next - 1
    }
  }

  private mutating func document() -> JSONValue {
    let meshes = scene.shapes.filter { !$0.parts.isEmpty }.map { mesh($0) }
    var members: [(key: String, value: JSONValue)] = [
      ("asset", ["version": "2.0", "generator": "Maquette"]),
      ("scene", 0),
      ("scenes", [.object(scene.roots.isEmpty ? [] : [("nodes", integers(scene.roots))])]),
      ("nodes", .array(scene.nodes.map { node($0) })),
      ("meshes", .array(meshes)),
      ("materials", .array(scene.materials.map { material($0) })),
      ("samplers", .array(scene.textures.map(sampler))),
      ("textures", .array(textures())),
      ("images", .array(images())),
      ("accessors", .array(accessors)),
      ("bufferViews", .array(views)),
      ("extensions", .object(rootExtensions())),
      ("extensionsUsed", .array(extensions.map { .string($0) })),
    ]
    if !binary.isEmpty {
      var buffer: Members = [("byteLength", .integer((binary.count + 3) / 4 * 4))]
      if let stem { buffer.insert(("uri", .string(Self.uri(stem + ".bin"))), at: 0) }
      members.append(("buffers", [.object(buffer)]))
    }
    return .object(
      members.filter { $0.value.array?.isEmpty != true && $0.value.object?.isEmpty != true })
  }

  // MARK: Structure

  private mutating func node(_ node: Scene.Node) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = []
    if !node.name.isEmpty { members.append(("name", .string(node.name))) }
    if node.parentFromNode != .identity {
      members.append(("matrix", .array(node.parentFromNode.columnMajor.map { .number($0) })))
    }
    if let mesh = node.shape.flatMap({ meshNumber[$0] }) {
      members.append(("mesh", .integer(mesh)))
    }
    if !node.children.isEmpty { members.append(("children", integers(node.children))) }
    if let light = node.light {
      let use: Members = [(use("KHR_lights_punctual"), ["light": .integer(light)])]
      members.append(("extensions", .object(use)))
    }
    return .object(members)
  }

  private mutating func mesh(_ shape: Scene.Shape) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = []
    if !shape.name.isEmpty { members.append(("name", .string(shape.name))) }
    members.append(("primitives", .array(shape.parts.map { primitive($0) })))
    return .object(members)
  }

  private mutating func primitive(_ part: Scene.Shape.Part) -> JSONValue {
    let mesh = part.mesh
    var attributes: [(key: String, value: JSONValue)] = [
      ("POSITION", vectors(mesh.positions, bounds: true))
    ]
    let streams = mesh.attributes
    if !streams.normals.isEmpty { attributes.append(("NORMAL", vectors(streams.normals))) }
    if !streams.tangents.isEmpty {
      attributes.append(("TANGENT", floats(streams.tangents, "VEC4") { [$0.x, $0.y, $0.z, $0.w] }))
    }
    for (set, uvs) in streams.uvs.enumerated() {
      attributes.append(("TEXCOORD_\(set)", floats(uvs, "VEC2") { [$0.x, $0.y] }))
    }
    if !streams.colors.isEmpty {
      attributes.append(("COLOR_0", floats(streams.colors, "VEC4") { [$0.x, $0.y, $0.z, $0.w] }))
    }
    var members: [(key: String, value: JSONValue)] = [
      ("attributes", .object(attributes)), ("indices", indices(mesh)),
    ]
    if let material = part.material { members.append(("material", .integer(material))) }
    if !part.materialOfVariant.isEmpty {
      members.append(("extensions", .object(variants(of: part))))
    }
    return .object(members)
  }

  // MARK: Data

  private mutating func view(_ bytes: [UInt8], target: Int?) -> JSONValue {
    while binary.count % 4 != 0 { binary.append(0) }
    var members: [(key: String, value: JSONValue)] = [
      ("buffer", 0), ("byteOffset", .integer(binary.count)), ("byteLength", .integer(bytes.count)),
    ]
    if let target { members.append(("target", .integer(target))) }
    binary += bytes
    views.append(.object(members))
    return .integer(views.count - 1)
  }

  private mutating func accessor(
    _ bytes: [UInt8], target: Int, componentType: Int, count: Int, type: String,
    bounds: Box? = nil
  ) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("bufferView", view(bytes, target: target)), ("componentType", .integer(componentType)),
      ("count", .integer(count)), ("type", .string(type)),
    ]
    if let bounds, !bounds.isEmpty {
      members.append(("min", numbers([bounds.minimum.x, bounds.minimum.y, bounds.minimum.z])))
      members.append(("max", numbers([bounds.maximum.x, bounds.maximum.y, bounds.maximum.z])))
    }
    accessors.append(.object(members))
    return .integer(accessors.count - 1)
  }

  private mutating func vectors(_ stream: [SIMD3<Float>], bounds: Bool = false) -> JSONValue {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(12 * stream.count)
    for vector in stream { bytes.append(vector) }
    return accessor(
      bytes, target: 34_962, componentType: 5126, count: stream.count, type: "VEC3",
      bounds: bounds ? Box(stream) : nil)
  }

  private mutating func floats<V>(
    _ stream: [V], _ type: String, _ components: (V) -> [Float]
  ) -> JSONValue {
    var bytes: [UInt8] = []
    for vector in stream { for value in components(vector) { bytes.append(little: value) } }
    return accessor(
      bytes, target: 34_962, componentType: 5126, count: stream.count, type: type)
  }

  private mutating func indices(_ mesh: Mesh) -> JSONValue {
    var bytes: [UInt8] = []
    let short = mesh.positions.count < 65_535
    for triangle in mesh.triangles {
      for corner in 0..<3 {
        if short {
          bytes.append(UInt8(truncatingIfNeeded: triangle[corner]))
          bytes.append(UInt8(truncatingIfNeeded: triangle[corner] >> 8))
        } else {
          bytes.append(little: triangle[corner])
        }
      }
    }
    return accessor(
      bytes, target: 34_963, componentType: short ? 5123 : 5125, count: 3 * mesh.triangles.count,
      type: "SCALAR")
  }

  // MARK: Materials

  private mutating func material(_ material: Material) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = []
    if !material.name.isEmpty { members.append(("name", .string(material.name))) }
    let color = material.baseColor
    var metallic: [(key: String, value: JSONValue)] = [
      ("baseColorFactor", numbers([color.x, color.y, color.z, color.w])),
      ("metallicFactor", .number(Double(material.metallic))),
      ("roughnessFactor", .number(Double(material.roughness))),
    ]
    add(material.baseColorTexture, "baseColorTexture", to: &metallic)
    add(material.metallicRoughnessTexture, "metallicRoughnessTexture", to: &metallic)
    members.append(("pbrMetallicRoughness", .object(metallic)))
    add(
      material.normalTexture, "normalTexture", to: &members,
      more: [("scale", .number(Double(material.normalScale)))])
    add(
      material.occlusionTexture, "occlusionTexture", to: &members,
      more: [("strength", .number(Double(material.occlusionStrength)))])
    add(material.emissiveTexture, "emissiveTexture", to: &members)
    let glow = material.emissive
    if glow != .zero { members.append(("emissiveFactor", numbers([glow.x, glow.y, glow.z]))) }
    switch material.alphaMode {
    case .opaque: break
    case .blend: members.append(("alphaMode", "BLEND"))
    case .mask(let cutoff):
      members += [("alphaMode", "MASK"), ("alphaCutoff", .number(Double(cutoff)))]
    }
    if material.isDoubleSided { members.append(("doubleSided", true)) }
    let extra = extensions(of: material)
    if !extra.isEmpty { members.append(("extensions", .object(extra))) }
    return .object(members)
  }

  mutating func add(
    _ slot: TextureSlot?, _ key: String, to members: inout [(key: String, value: JSONValue)],
    more: [(key: String, value: JSONValue)] = []
  ) {
    guard let slot, let texture = textureNumber[slot.texture] else { return }
    var info: [(key: String, value: JSONValue)] = [("index", .integer(texture))]
    if slot.uvSet != 0 { info.append(("texCoord", .integer(slot.uvSet))) }
    info += more
    if !slot.transform.isIdentity {
      let transform = slot.transform
      let values: JSONValue = [
        "offset": numbers([transform.offset.x, transform.offset.y]),
        "rotation": .number(Double(transform.rotation)),
        "scale": numbers([transform.scale.x, transform.scale.y]),
      ]
      info.append(("extensions", .object([(use("KHR_texture_transform"), values)])))
    }
    members.append((key, .object(info)))
  }

  mutating func use(_ name: String) -> String {
    if !extensions.contains(name) { extensions.append(name) }
    return name
  }

  private func textures() -> [JSONValue] {
    scene.textures.enumerated().compactMap { index, texture in
      texture.image.flatMap { imageNumber[$0] }.map {
        ["sampler": .integer(index), "source": .integer($0)]
      }
    }
  }

  private func sampler(_ texture: Texture) -> JSONValue {
    func code(_ wrap: Texture.Wrap) -> JSONValue {
      switch wrap {
      case .repeat: 10497
      case .clamp: 33071
      case .mirror: 33648
      }
    }
    return [
      "magFilter": texture.isSmooth ? 9729 : 9728, "minFilter": texture.isSmooth ? 9987 : 9728,
      "wrapS": code(texture.wrapU), "wrapT": code(texture.wrapV),
    ]
  }

  private mutating func images() -> [JSONValue] {
    scene.images.indices.filter { imageNumber[$0] != nil }.map { index in
      let image = scene.images[index]
      if stem != nil {
        return ["name": .string(image.name), "uri": .string(Self.uri(fileName(ofImage: index)))]
      }
      return [
        "name": .string(image.name), "mimeType": .string(image.mediaType),
        "bufferView": view(image.bytes, target: nil),
      ]
    }
  }

  /// A file name as a relative reference (RFC 3986).
  private static func uri(_ name: String) -> String {
    name.addingPercentEncoding(
      withAllowedCharacters: .alphanumerics.intersection(.init(charactersIn: "\0"..."~"))
        .union(.init(charactersIn: "-._~"))) ?? name
  }

  func numbers(_ values: [Float]) -> JSONValue {
    .array(values.map { .number(Double($0)) })
  }

  private func integers(_ values: [Int]) -> JSONValue { .array(values.map { .integer($0) }) }
}
