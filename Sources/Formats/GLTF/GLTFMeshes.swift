import Geometry
import LinearMath
import Scenes
import Settings
import Work

/// Meshes of a document, with morph targets at given weights and skins in their default pose.
struct GLTFMeshes {
  let document: GLTFDocument
  private var accessors: GLTFAccessors
  let door: MeshDoor
  private(set) var warnings: [String] = []
  /// What was decoded so far. Primitives may share accessors, so that a small file can ask for a great deal.
  private var vertices = 0
  private var corners = 0

  init(document: GLTFDocument, accessors: GLTFAccessors, door: MeshDoor) {
    (self.document, self.accessors, self.door) = (document, accessors, door)
  }

  /// The joint matrices of a skinned mesh: `worldFromJoint * jointFromBind`, one a joint.
  typealias Pose = [Matrix4]

  /// One mesh as a shape. With a pose, positions come out in world coordinates.
  mutating func shape(
    _ index: Int, weights override: [Float]?, pose: Pose?
  ) throws(FormatError) -> Scene.Shape {
    let mesh = document["meshes"][index]
    let primitives = try mesh.list("primitives")
    if primitives.isEmpty { warnings.append("\(mesh.path): there are no primitives") }
    let own = try weights(of: mesh)
    var parts: [Scene.Shape.Part] = []
    for primitive in primitives {
      guard primitive.value.object != nil else { throw primitive.mismatch("an object") }
      if let part = try part(primitive, weights: override ?? own, pose: pose) { parts.append(part) }
    }
    return Scene.Shape(name: try mesh.string("name") ?? "", parts: parts)
  }

  /// The `weights` of a mesh or node.
  func weights(of element: GLTFElement) throws(FormatError) -> [Float]? {
    guard element["weights"] != nil else { return nil }
    return try element.list("weights").map { ($0.value.double).map { Float($0) } ?? 0 }
  }

  private mutating func part(
    _ primitive: GLTFElement, weights: [Float]?, pose: Pose?
  ) throws(FormatError) -> Scene.Shape.Part? {
    let accessorCount = document.size("accessors")
    let mode = try primitive.count("mode") ?? 4
    guard mode <= 6 else {
      throw FormatError(
        "out-of-range", "\(mode) is no primitive mode", at: "\(primitive.path).mode")
    }
    guard let attributes = try primitive.object("attributes") else {
      throw FormatError("missing-property", "\"attributes\" is missing", at: primitive.path)
    }
    guard mode >= 4 else {
      warnings.append("\(primitive.path): points and lines have no surface and are left out")
      return nil
    }
    guard let position = try attributes.index("POSITION", into: "accessors", size: accessorCount)
    else {
      warnings.append("\(primitive.path): there are no positions, so it is left out")
      return nil
    }
    try charge(primitive, position)
    let draco = try DracoPrimitive(primitive, accessors)
    accessors.decoded = draco?.attributes ?? [:]
    var positions = try accessors.vectors3(position)
    let count = positions.count
    var streams = try vertexAttributes(attributes, count: count)
    try morph(primitive, weights ?? [], &positions, &streams)
    if let pose { try skin(attributes, pose, &positions, &streams) }
    let corners: [UInt32]
    if let draco {
      corners = draco.indices
    } else if let indices = try primitive.index("indices", into: "accessors", size: accessorCount) {
      corners = try accessors.indices(indices)
      if let bad = corners.firstIndex(where: { $0 >= count }) {
        throw FormatError(
          "index-out-of-range", "entry \(bad) is \(corners[bad]) but there are \(count) vertices",
          at: "\(primitive.path).indices")
      }
    } else {
      corners = (0..<UInt32(count)).map { $0 }
    }
    if mode == 4 && corners.count % 3 != 0 {
      warnings.append("\(primitive.path): \(corners.count) corners are no whole triangles")
    }
    do {
      let mesh = try door.mesh(
        positions: positions, triangles: Self.triangles(corners, mode: draco == nil ? mode : 4),
        attributes: streams)
      let material = try primitive.index(
        "material", into: "materials", size: document.size("materials"))
      var part = Scene.Shape.Part(mesh: mesh, material: material)
      part.materialOfVariant = try document.materialOfVariant(primitive)
      return part
    } catch let error as MeshError {
      throw FormatError(error.code, error.description, at: primitive.path)
    } catch {
      throw error as! FormatError
    }
  }

  /// Counts a primitive's vertices and corners before memory is taken for them.
  private mutating func charge(
    _ primitive: GLTFElement, _ position: Int
  ) throws(FormatError) {
    let indices = try primitive.index(
      "indices", into: "accessors", size: document.size("accessors"))
    let layout = try accessors.layout(position)
    // What lies about its bytes is told so. What Draco holds may have them beside it, for others.
    let isCompressed =
      try primitive.object("extensions")?.object("KHR_draco_mesh_compression") != nil
    if layout.view != nil && !isCompressed { try accessors.requireBytes(layout) }
    let count = layout.count
    vertices += count
    corners +=
      try indices.map { index throws(FormatError) in try accessors.layout(index).count } ?? count
    let limit = SceneFile.triangleLimit
    guard vertices <= limit, corners <= 3 * limit else {
      throw FormatError(
        "too-large",
        "with this primitive there are \(vertices) vertices, those shared counted each time, and \(corners / 3) triangles; the limit is \(limit)",
        at: primitive.path)
    }
  }

  private mutating func vertexAttributes(
    _ element: GLTFElement, count: Int
  ) throws(FormatError) -> VertexAttributes {
    func index(_ name: String) throws(FormatError) -> Int? {
      try element.index(name, into: "accessors", size: document.size("accessors"))
    }
    for (name, found) in element.members {
      let accessor = try found.asIndex(into: "accessors", size: document.size("accessors"))
      let (layout, place) = (try accessors.layout(accessor), found.path)
      if layout.componentType == 5125 {
        throw FormatError("bad-type", "32-bit integers are no vertex attribute", at: place)
      }
      if name.hasPrefix("JOINTS_"),
        layout.isNormalized || ![5121, 5123].contains(layout.componentType)
      {
        throw FormatError("bad-type", "joints are unsigned 8- or 16-bit integers", at: place)
      }
      guard layout.count == count else {
        throw FormatError(
          "unequal-count", "\(layout.count) entries for \(count) vertices", at: place)
      }
    }
    var streams = VertexAttributes()
    if let normals = try index("NORMAL") {
      streams.normals = try accessors.vectors3(normals).map { $0.normalized }
    }
    if let tangents = try index("TANGENT"), !streams.normals.isEmpty {
      streams.tangents = try accessors.vectors4(tangents).map {
        SIMD4($0.xyz.normalized, $0.w < 0 ? -1 : 1)
      }
    }
    if let colors = try index("COLOR_0") {
      streams.colors = try accessors.vectors4(colors, orThree: true)
    }
    while let uvs = try index("TEXCOORD_\(streams.uvs.count)") {
      streams.uvs.append(try accessors.vectors2(uvs))
    }
    return streams
  }

  /// Adds each target's displacement times its weight.
  private func morph(
    _ primitive: GLTFElement, _ weights: [Float], _ positions: inout [SIMD3<Float>],
    _ streams: inout VertexAttributes
  ) throws(FormatError) {
    for (target, weight) in zip(try primitive.list("targets"), weights) where weight != 0 {
      let size = document.size("accessors")
      if let index = try target.index("POSITION", into: "accessors", size: size) {
        try Self.add(try accessors.vectors3(index), weight, to: &positions, at: target.path)
      }
      if let index = try target.index("NORMAL", into: "accessors", size: size),
        !streams.normals.isEmpty
      {
        try Self.add(try accessors.vectors3(index), weight, to: &streams.normals, at: target.path)
        streams.normals = streams.normals.map(\.normalized)
      }
    }
  }

  private static func add(
    _ offsets: [SIMD3<Float>], _ weight: Float, to stream: inout [SIMD3<Float>], at place: String
  ) throws(FormatError) {
    guard offsets.count == stream.count else {
      throw FormatError(
        "unequal-count", "the target has \(offsets.count) entries for \(stream.count) vertices",
        at: place)
    }
    for index in stream.indices { stream[index] += offsets[index] * weight }
  }

  /// Linear blend skinning with the pose's joint matrices.
  private func skin(
    _ attributes: GLTFElement, _ pose: Pose, _ positions: inout [SIMD3<Float>],
    _ streams: inout VertexAttributes
  ) throws(FormatError) {
    let size = document.size("accessors")
    var sums = [Matrix4?](repeating: nil, count: positions.count)
    var set = 0
    while let joints = try attributes.index("JOINTS_\(set)", into: "accessors", size: size),
      let weights = try attributes.index("WEIGHTS_\(set)", into: "accessors", size: size)
    {
      let joints = try accessors.vectors4(joints)
      let weights = try accessors.vectors4(weights)
      guard joints.count == positions.count, weights.count == positions.count else {
        throw FormatError(
          "unequal-count", "joints or weights do not match the vertices", at: attributes.path)
      }
      for vertex in positions.indices {
        for component in 0..<4 where weights[vertex][component] != 0 {
          // As a number first: what Draco holds need not be whole, nor be a number at all.
          let joint = joints[vertex][component]
          guard joint >= 0, joint < Float(pose.count) else {
            throw FormatError(
              "index-out-of-range", "vertex \(vertex) names joint \(joint) of \(pose.count)",
              at: attributes.path)
          }
          let share = pose[Int(joint)].scaled(by: Double(weights[vertex][component]))
          sums[vertex] = sums[vertex].map { $0.adding(share) } ?? share
        }
      }
      set += 1
    }
    for vertex in positions.indices {
      guard let matrix = sums[vertex] else { continue }
      let moved = matrix * SIMD4(SIMD3<Double>(positions[vertex]), 1)
      positions[vertex] = SIMD3<Float>(moved.w == 0 ? moved.xyz : moved.xyz / moved.w)
      if !streams.normals.isEmpty {
        let cofactors = matrix.linear.cofactors
        streams.normals[vertex] = SIMD3<Float>(
          (cofactors * SIMD3<Double>(streams.normals[vertex])).normalized)
      }
      if !streams.tangents.isEmpty {
        let tangent = matrix.linear * SIMD3<Double>(streams.tangents[vertex].xyz)
        streams.tangents[vertex] = SIMD4(
          SIMD3<Float>(tangent.normalized), streams.tangents[vertex].w)
      }
    }
  }

  /// Triangles of a list (4), a strip (5) or a fan (6).
  private static func triangles(_ corners: [UInt32], mode: Int) -> [SIMD3<UInt32>] {
    guard corners.count >= 3 else { return [] }
    switch mode {
    case 4:
      return (0..<corners.count / 3).map {
        [corners[3 * $0], corners[3 * $0 + 1], corners[3 * $0 + 2]]
      }
    case 5:
      return (0..<corners.count - 2).map {
        $0 % 2 == 0
          ? [corners[$0], corners[$0 + 1], corners[$0 + 2]]
          : [corners[$0], corners[$0 + 2], corners[$0 + 1]]
      }
    default:
      return (1..<corners.count - 1).map { [corners[0], corners[$0], corners[$0 + 1]] }
    }
  }
}

extension Matrix4 {
  fileprivate func scaled(by factor: Double) -> Matrix4 {
    Matrix4(
      columns: columns.0 * factor, columns.1 * factor, columns.2 * factor, columns.3 * factor)
  }

  fileprivate func adding(_ other: Matrix4) -> Matrix4 {
    Matrix4(
      columns: columns.0 + other.columns.0, columns.1 + other.columns.1,
      columns.2 + other.columns.2, columns.3 + other.columns.3)
  }
}
