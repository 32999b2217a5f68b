import Geometry
import Imaging
import LinearMath
import Scenes
import Work

/// Turns the properties that triangles name into parts with materials, vertex colors and UVs.
struct ThreeMFSurfaces {
  private var package: ThreeMFPackage
  private let log: LogSink
  private var materials: [Material] = []
  private var textures: [Texture] = []
  private var images: [ImageSource] = []
  private var materialOfLook: [Look: Int] = [:]
  private var imageOfPath: [String: Int] = [:]

  init(package: ThreeMFPackage, log: LogSink) { (self.package, self.log) = (package, log) }

  /// What the triangles of a part have in common.
  private enum Look: Hashable {
    case nothing
    case base(path: String, ThreeMFModel.Property)
    case colors(hasAlpha: Bool)
    case texture(path: String, Int)
  }

  /// What a triangle's three corners show.
  private struct Resolved {
    var look = Look.nothing
    /// Index of the corner's color or texture point in its group; what tells corners of a vertex apart.
    var group = 0
    var indices: SIMD3<Int> = .zero
  }

  func finish() -> ([Material], [Texture], [ImageSource]) { (materials, textures, images) }

  /// The mesh in parts, one for each look; without properties it is one part, as it is.
  mutating func parts(
    of raw: ThreeMFModel.RawMesh, in path: String, _ standing: ThreeMFModel.Property?,
    _ door: MeshDoor
  ) throws(FormatError) -> [Scene.Shape.Part] {
    let model = package.models[path]!
    if raw.properties.isEmpty, standing == nil {
      return [try part(raw.positions, raw.triangles, .nothing, VertexAttributes(), door)]
    }
    var gathered: [(look: Look, part: Gathered)] = []
    var known: [Look: Int] = [:]
    var last: (property: ThreeMFModel.TriangleProperty, resolved: Resolved)?
    for (triangle, corners) in raw.triangles.enumerated() {
      guard corners.max() < UInt32(raw.positions.count) else {
        throw FormatError(
          "index-out-of-range", "a triangle names a vertex that there is not",
          at: "triangle \(triangle)")
      }
      let property =
        raw.properties.isEmpty ? ThreeMFModel.TriangleProperty() : raw.properties[triangle]
      if last?.property != property {
        last = (property, try resolve(property, standing, model, path, triangle))
      }
      let resolved = last!.resolved
      let index = known[resolved.look] ?? gathered.count
      if index == gathered.count {
        known[resolved.look] = index
        gathered.append((resolved.look, Gathered()))
      }
      gathered[index].part.add(corners, resolved.group, resolved.indices)
    }
    var parts: [Scene.Shape.Part] = []
    for (look, part) in gathered {
      parts.append(
        try self.part(
          part.vertices.map { raw.positions[$0] }, part.triangles, look,
          attributes(look, part.keys, model), door))
    }
    return parts
  }

  /// Vertices of a part: a vertex of the file is there once for each property its corners have.
  private struct Gathered {
    struct Key: Hashable {
      var group: Int
      var index: Int
    }
    struct Corner: Hashable {
      var vertex: UInt32
      var key: Key
    }
    var vertices: [Int] = []
    var keys: [Key] = []
    var triangles: [SIMD3<UInt32>] = []
    private var known: [Corner: UInt32] = [:]

    mutating func add(_ corners: SIMD3<UInt32>, _ group: Int, _ indices: SIMD3<Int>) {
      var triangle = SIMD3<UInt32>()
      for corner in 0..<3 {
        let key = Key(group: group, index: indices[corner])
        let full = Corner(vertex: corners[corner], key: key)
        let vertex = known[full] ?? UInt32(vertices.count)
        if Int(vertex) == vertices.count {
          known[full] = vertex
          vertices.append(Int(corners[corner]))
          keys.append(key)
        }
        triangle[corner] = vertex
      }
      triangles.append(triangle)
    }
  }
}

// MARK: - Properties

extension ThreeMFSurfaces {
  private mutating func resolve(
    _ property: ThreeMFModel.TriangleProperty, _ standing: ThreeMFModel.Property?,
    _ model: ThreeMFModel, _ path: String, _ triangle: Int
  ) throws(FormatError) -> Resolved {
    let none = ThreeMFModel.TriangleProperty.none
    var group = Int(property.group)
    var indices = SIMD3(
      Int(property.indices.x), Int(property.indices.y), Int(property.indices.z))
    if property.indices.x == none {
      guard let standing else { return Resolved() }
      group = standing.group
      indices = SIMD3(repeating: standing.index)
    } else {
      if property.group == none {
        guard let standing else {
          throw FormatError(
            "bad-3mf", "a triangle names properties and no group", at: "triangle \(triangle)")
        }
        group = standing.group
      }
      if property.indices.y == none { indices.y = indices.x }
      if property.indices.z == none { indices.z = indices.x }
    }
    guard let properties = model.properties[group] else {
      throw FormatError(
        "bad-3mf", "property group \(group) is named and not there", at: "triangle \(triangle)")
    }
    guard indices.max() < properties.count else {
      throw FormatError(
        "index-out-of-range",
        "property \(indices.max()) is named and group \(group) has \(properties.count)",
        at: "triangle \(triangle)")
    }
    return try resolve(properties, group, indices, model, path)
  }

  private mutating func resolve(
    _ properties: ThreeMFModel.PropertyGroup, _ group: Int, _ indices: SIMD3<Int>,
    _ model: ThreeMFModel, _ path: String
  ) throws(FormatError) -> Resolved {
    switch properties {
    case .base:
      // Between base materials nothing is defined; the first corner's stands for the triangle.
      let base = ThreeMFModel.Property(group: group, index: indices.x)
      return Resolved(look: .base(path: path, base))
    case .colors(let colors, _):
      let hasAlpha = (0..<3).contains { colors[indices[$0]].w < 1 }
      return Resolved(look: .colors(hasAlpha: hasAlpha), group: group, indices: indices)
    case .texture(let texture, _):
      return Resolved(look: .texture(path: path, texture), group: group, indices: indices)
    case .layers(let layers, let rows):
      if layers.count > 2 {
        log.warn("of multi-properties only the topmost color or texture is kept")
      }
      for (level, layer) in layers.enumerated().reversed() {
        guard let inner = model.properties[layer] else { continue }
        var own = SIMD3<Int>()
        for corner in 0..<3 {
          let row = rows[indices[corner]]
          own[corner] = level < row.count ? row[level] : 0
        }
        // The conformance samples ask readers to pass over a layer that names what there is not.
        guard own.max() < inner.count else {
          log.warn(
            "multi-properties name property \(own.max()) and group \(layer) has \(inner.count)")
          continue
        }
        return try resolve(inner, layer, own, model, path)
      }
      return Resolved()
    }
  }

  private func attributes(
    _ look: Look, _ keys: [Gathered.Key], _ model: ThreeMFModel
  ) -> VertexAttributes {
    var attributes = VertexAttributes()
    switch look {
    case .nothing, .base: break
    case .colors:
      attributes.colors = keys.map { key in
        guard case .colors(let colors, _) = model.properties[key.group] else { return .one }
        return SRGB.decode(colors[key.index])
      }
    case .texture:
      attributes.uvs = [
        keys.map { key in
          guard case .texture(_, let points) = model.properties[key.group] else { return .zero }
          return points[key.index]
        }
      ]
    }
    return attributes
  }

  private mutating func part(
    _ positions: [SIMD3<Float>], _ triangles: [SIMD3<UInt32>], _ look: Look,
    _ attributes: VertexAttributes, _ door: MeshDoor
  ) throws(FormatError) -> Scene.Shape.Part {
    do throws(MeshError) {
      let mesh = try door.mesh(positions: positions, triangles: triangles, attributes: attributes)
      return Scene.Shape.Part(mesh: mesh, material: material(look))
    } catch {
      throw FormatError(error.code, error.description)
    }
  }
}

// MARK: - Materials

extension ThreeMFSurfaces {
  private mutating func material(_ look: Look) -> Int? {
    if look == .nothing { return nil }
    if let known = materialOfLook[look] { return known }
    var material = Material()
    (material.metallic, material.roughness) = (0, 0.8)
    switch look {
    case .nothing: break
    case .base(let path, let property): describe(property, package.models[path]!, &material)
    case .colors(let hasAlpha): if hasAlpha { material.alphaMode = .blend }
    case .texture(let path, let id):
      material.baseColorTexture = TextureSlot(texture: texture(id, package.models[path]!))
    }
    materials.append(material)
    materialOfLook[look] = materials.count - 1
    return materials.count - 1
  }

  private func describe(
    _ property: ThreeMFModel.Property, _ model: ThreeMFModel, _ material: inout Material
  ) {
    guard case .base(let bases, let display) = model.properties[property.group] else { return }
    let base = bases[property.index]
    material.name = base.name
    material.baseColor = SRGB.decode(base.color)
    if base.color.w < 1 { material.alphaMode = .blend }
    if let display, let values = model.displayProperties[display], property.index < values.count {
      material.metallic = min(max(values[property.index].metallic, 0), 1)
      material.roughness = min(max(values[property.index].roughness, 0), 1)
    }
  }

  private mutating func texture(_ id: Int, _ model: ThreeMFModel) -> Int {
    let source = model.textures[id]!
    let path = ThreeMFPackage.normalized(source.path)
    if imageOfPath[path] == nil {
      var bytes: [UInt8]?
      var problem = "the package does not hold \(source.path.prefix(60))"
      do throws(FormatError) {
        bytes = try package.part(path)
      } catch {
        problem = error.message
      }
      let name = source.path.split(separator: "/").last.map(String.init) ?? ""
      images.append(
        ImageSource(
          name: name, mediaType: source.mediaType, bytes: bytes ?? [],
          problem: bytes == nil ? problem : nil))
      imageOfPath[path] = images.count - 1
    }
    var texture = Texture(image: imageOfPath[path])
    (texture.wrapU, texture.wrapV) = (source.wrapU, source.wrapV)
    texture.isSmooth = source.isSmooth
    textures.append(texture)
    return textures.count - 1
  }
}
