import LinearMath

extension Soup {
  /// The soup as a mesh with the attributes of the mesh that it came from.
  ///
  /// A corner that was a corner of its source keeps that vertex bit by bit; a new one on a source triangle
  /// gets what the triangle has there; one of an added triangle what the surface beside it has.
  ///
  /// - Returns: the mesh, and for each of its triangles the source, or for an added one the source of a
  ///   triangle beside it.
  func mesh(carrying mesh: Mesh) -> (mesh: Mesh, sources: [Int]) {
    let owners = nearestSources
    var carrier = VertexCarrier(mesh)
    let corners = triangles.indices.map { index -> SIMD3<UInt32> in
      let t = triangles[index]
      var result = SIMD3<UInt32>.zero
      for corner in 0..<3 {
        result[corner] = carrier.vertex(
          t[corner], positions[Int(t[corner])], in: owners[index])
      }
      return result
    }
    let result = Mesh(
      unchecked: carrier.positions, triangles: corners,
      attributes: mesh.attributes.mixed(carrier.recipes))
    return (result, owners)
  }

  /// For each triangle its source; added ones take that of a neighbour.
  private var nearestSources: [Int] {
    var sourceOfPoint = [Int32](repeating: -1, count: positions.count)
    for (t, source) in zip(triangles, sources) where source >= 0 {
      for corner in 0..<3 { sourceOfPoint[Int(t[corner])] = source }
    }
    var owners = sources
    for _ in 0..<64 {
      var isOpen = false
      for (index, t) in triangles.enumerated() where owners[index] < 0 {
        let known = (0..<3).map { sourceOfPoint[Int(t[$0])] }.first { $0 >= 0 }
        guard let known else {
          isOpen = true
          continue
        }
        owners[index] = known
        for corner in 0..<3 where sourceOfPoint[Int(t[corner])] < 0 {
          sourceOfPoint[Int(t[corner])] = known
        }
      }
      if !isOpen { break }
    }
    return owners.map { max(0, Int($0)) }
  }
}

/// Which vertices a mesh made from another needs.
private struct VertexCarrier {
  private let mesh: Mesh
  private let hasAttributes: Bool
  private(set) var positions: [SIMD3<Float>] = []
  private(set) var recipes: [(vertices: SIMD3<UInt32>, weights: SIMD3<Float>)] = []
  /// By point and, where there are attributes, by vertex or source triangle.
  private var known: [SIMD2<Int>: UInt32] = [:]

  init(_ mesh: Mesh) {
    self.mesh = mesh
    hasAttributes = mesh.attributes != VertexAttributes()
  }

  mutating func vertex(_ point: UInt32, _ place: SIMD3<Float>, in source: Int) -> UInt32 {
    let t = mesh.triangles[source]
    let corner = (0..<3).first { mesh.positions[Int(t[$0])] == place }
    let kind =
      !hasAttributes ? 0 : corner.map { Int(t[$0]) } ?? -1 - source
    let key = SIMD2(Int(point), kind)
    if let vertex = known[key] { return vertex }
    let vertex = UInt32(positions.count)
    known[key] = vertex
    positions.append(corner.map { mesh.positions[Int(t[$0])] } ?? place)
    if let corner {
      recipes.append((SIMD3(repeating: t[corner]), [1, 0, 0]))
    } else {
      recipes.append((t, mesh.weights(of: place, in: source)))
    }
    return vertex
  }
}

extension Mesh {
  /// Barycentric coordinates of a triangle's point closest to a place.
  package func weights(of place: SIMD3<Float>, in triangle: Int) -> SIMD3<Float> {
    let (a, b, c) = corners(triangle)
    let closest = closestPointOnTriangle(place, a, b, c)
    let (u, v) = (SIMD3<Double>(b - a), SIMD3<Double>(c - a))
    let normal = u.cross(v)
    let square = normal.lengthSquared
    if square == 0 { return [1, 0, 0] }
    let offset = SIMD3<Double>(closest - a)
    let second = Float(min(max(offset.cross(v).dot(normal) / square, 0), 1))
    let third = Float(min(max(u.cross(offset).dot(normal) / square, 0), 1))
    return [max(0, 1 - second - third), second, third]
  }
}

extension VertexAttributes {
  /// Streams of which each entry is a weighted sum of three of these.
  fileprivate func mixed(
    _ recipes: [(vertices: SIMD3<UInt32>, weights: SIMD3<Float>)]
  ) -> VertexAttributes {
    func mix<V: SIMD<Float>>(_ stream: [V], _ finish: (V) -> V) -> [V] {
      if stream.isEmpty { return [] }
      return recipes.map { vertices, weights in
        let a = stream[Int(vertices.x)]
        if vertices.x == vertices.y { return a }
        let sum =
          a * weights.x + stream[Int(vertices.y)] * weights.y
          + stream[Int(vertices.z)] * weights.z
        return finish(sum)
      }
    }
    return VertexAttributes(
      normals: mix(normals) { $0.normalized },
      tangents: mix(tangents) {
        SIMD4(SIMD3($0.x, $0.y, $0.z).normalized, $0.w < 0 ? -1 : 1)
      },
      uvs: uvs.map { mix($0) { $0 } }, colors: mix(colors) { $0 })
  }
}
