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
  /// How geometry is packed; nil for plain floats in the mesh's own order.
  let plan: PackingPlan?
  var binary: [UInt8] = []
  var views: [JSONValue] = []
  var accessors: [JSONValue] = []
  private var extensions: [String] = []
  /// Extensions without which a reader cannot show the model.
  var required: [String] = []
  /// Bytes that compressed views stand for.
  var unpackedBytes = 0
  /// Bytes of geometry, as they stand in the file.
  private(set) var geometryBytes = 0
  /// Packed views and accessors, by what is in them: shapes often share their geometry.
  var viewOfContent: [[UInt8]: JSONValue] = [:]
  var accessorOfContent: [String: JSONValue] = [:]
  /// Nodes that are put below those of the scene.
  private var addedNodes: [JSONValue] = []

  /// A GLB.
  static func write(_ scene: Scene) throws(FormatError) -> [UInt8] {
    var writer = GLTFWriter(scene: scene)
    let document = writer.document()
    return try GLBContainer.bytes(json: document.text(), binary: writer.binary)
  }

  /// A GLB whose geometry is packed, and how many of its bytes are geometry.
  static func write(
    _ scene: Scene, _ packing: GeometryPacking
  ) throws(FormatError) -> (file: [UInt8], geometryBytes: Int) {
    let plan = PackingPlan(scene, packing)
    var writer = GLTFWriter(scene: plan.scene, plan: plan)
    let document = writer.document()
    let file = try GLBContainer.bytes(json: document.text(), binary: writer.binary)
    return (file, writer.geometryBytes)
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

  private init(scene: Scene, stem: String? = nil, plan: PackingPlan? = nil) {
    (self.scene, self.stem, self.plan) = (scene, stem, plan)
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
    let meshes = scene.shapes.indices.filter { meshNumber[$0] != nil }.map { mesh($0) }
    let nodes = scene.nodes.map { node($0) } + addedNodes
    var members: [(key: String, value: JSONValue)] = [
      ("asset", ["version": "2.0", "generator": "Maquette"]),
      ("scene", 0),
      ("scenes", [.object(scene.roots.isEmpty ? [] : [("nodes", integers(scene.roots))])]),
      ("nodes", .array(nodes)),
      ("meshes", .array(meshes)),
      ("materials", .array(scene.materials.map { material($0) })),
      ("samplers", .array(scene.textures.map(sampler))),
      ("textures", .array(textures())),
      ("images", .array(images())),
      ("accessors", .array(accessors)),
      ("bufferViews", .array(views)),
      ("extensions", .object(rootExtensions())),
      ("extensionsUsed", .array(extensions.map { .string($0) })),
      ("extensionsRequired", .array(required.map { .string($0) })),
    ]
    if !binary.isEmpty {
      var buffer: Members = [("byteLength", .integer((binary.count + 3) / 4 * 4))]
      if let stem { buffer.insert(("uri", .string(Self.uri(stem + ".bin"))), at: 0) }
      var buffers: [JSONValue] = [.object(buffer)]
      if unpackedBytes > 0 { buffers.append(standIn) }
      members.append(("buffers", .array(buffers)))
    }
    return .object(
      members.filter { $0.value.array?.isEmpty != true && $0.value.object?.isEmpty != true })
  }

  // MARK: Structure

  private mutating func node(_ node: Scene.Node) -> JSONValue {
    var members: Members = []
    if !node.name.isEmpty { members.append(("name", .string(node.name))) }
    var children = node.children
    var mesh = node.shape.flatMap { meshNumber[$0] }
    var matrix = node.parentFromNode
    if let number = mesh, let grid = node.shape.flatMap({ plan?.grid(ofShape: $0) }) {
      // The grid is the mesh's alone: what hangs below the node, or shines from it, does not lie on it.
      if node.children.isEmpty && node.light == nil {
        matrix = matrix * grid.shapeFromCell
      } else {
        let below = Self.matrix(grid.shapeFromCell)
        addedNodes.append(.object([("matrix", below), ("mesh", .integer(number))]))
        children.append(scene.nodes.count + addedNodes.count - 1)
        mesh = nil
      }
    }
    if matrix != .identity { members.append(("matrix", Self.matrix(matrix))) }
    if let mesh { members.append(("mesh", .integer(mesh))) }
    if !children.isEmpty { members.append(("children", integers(children))) }
    if let light = node.light {
      let use: Members = [(use("KHR_lights_punctual"), ["light": .integer(light)])]
      members.append(("extensions", .object(use)))
    }
    return .object(members)
  }

  private static func matrix(_ matrix: Matrix4) -> JSONValue {
    .array(matrix.columnMajor.map { .number($0) })
  }

  private mutating func mesh(_ number: Int) -> JSONValue {
    let shape = scene.shapes[number]
    var members: [(key: String, value: JSONValue)] = []
    if !shape.name.isEmpty { members.append(("name", .string(shape.name))) }
    members.append(("primitives", .array(shape.parts.map { primitive($0, ofShape: number) })))
    return .object(members)
  }

  private mutating func primitive(_ part: Scene.Shape.Part, ofShape shape: Int) -> JSONValue {
    let before = binary.count
    var more: Members = []
    var members = plan.map { packed(part, ofShape: shape, $0, &more) } ?? plain(part.mesh)
    geometryBytes += binary.count - before
    if let material = part.material { members.append(("material", .integer(material))) }
    if !part.materialOfVariant.isEmpty { more += variants(of: part) }
    if !more.isEmpty { members.append(("extensions", .object(more))) }
    return .object(members)
  }

  private mutating func plain(_ mesh: Mesh) -> Members {
    var attributes: Members = [("POSITION", vectors(mesh.positions, bounds: true))]
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
    return [("attributes", .object(attributes)), ("indices", indices(mesh))]
  }

  // MARK: Data

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

  private mutating func textures() -> [JSONValue] {
    scene.textures.enumerated().compactMap { index, texture in
      guard let image = texture.image, let number = imageNumber[image] else { return nil }
      let sampler = JSONValue.integer(index)
      guard scene.images[image].mediaType == "image/webp" else {
        return ["sampler": sampler, "source": .integer(number)]
      }
      // Without a picture in another format, readers need to know this one.
      require("EXT_texture_webp")
      return ["sampler": sampler, "extensions": ["EXT_texture_webp": ["source": .integer(number)]]]
    }
  }

  mutating func require(_ name: String) {
    if !required.contains(name) { required.append(use(name)) }
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
