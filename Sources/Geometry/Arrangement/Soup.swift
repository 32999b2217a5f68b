import LinearMath

/// Triangles over points with nothing promised about how they fit together: what repair and booleans
/// work on.
struct Soup {
  /// Of the points, no two alike.
  var positions: [SIMD3<Float>]
  /// Three points each, counter-clockwise from what they call outside.
  var triangles: [SIMD3<UInt32>]
  /// For each triangle the input's triangle that it is, or lies in; -1 for what was added.
  var sources: [Int32]
  /// For each triangle the solid it belongs to, 0 or 1; empty where all belong to 0.
  var operands: [UInt8] = []

  /// The triangles of a mesh over its exactly welded points.
  init(_ mesh: Mesh) {
    let weld = Weld(mesh.positions)
    positions = weld.vertexOfPoint.map { mesh.positions[Int($0)] + 0 }
    triangles = weld.triangles(of: mesh)
    sources = mesh.triangles.indices.map { Int32($0) }
  }

  init(positions: [SIMD3<Float>], triangles: [SIMD3<UInt32>], sources: [Int32]) {
    (self.positions, self.triangles, self.sources) = (positions, triangles, sources)
  }

  func corners(_ triangle: Int) -> Corners {
    let t = triangles[triangle]
    return (positions[Int(t.x)], positions[Int(t.y)], positions[Int(t.z)])
  }

  /// Twice the area, along the normal.
  func areaNormal(_ triangle: Int) -> SIMD3<Double> {
    let (a, b, c) = corners(triangle)
    return (SIMD3<Double>(b) - SIMD3<Double>(a)).cross(SIMD3<Double>(c) - SIMD3<Double>(a))
  }

  /// Whether a triangle has no area, exactly.
  func isDegenerate(_ triangle: Int) -> Bool {
    let t = triangles[triangle]
    if t.x == t.y || t.y == t.z || t.z == t.x { return true }
    let (a, b, c) = corners(triangle)
    return TriangleIntersection.droppableAxis(a, b, c) == nil
  }

  func operand(_ triangle: Int) -> UInt8 { operands.isEmpty ? 0 : operands[triangle] }

  var bounds: Box {
    var box = Box()
    for t in triangles {
      for corner in 0..<3 { box.insert(positions[Int(t[corner])]) }
    }
    return box
  }

  /// Keeps the triangles that a test lets pass.
  mutating func keep(where isKept: (Int) -> Bool) {
    let kept = triangles.indices.filter(isKept)
    if kept.count == triangles.count { return }
    triangles = kept.map { triangles[$0] }
    sources = kept.map { sources[$0] }
    if !operands.isEmpty { operands = kept.map { operands[$0] } }
  }

  mutating func append(_ triangle: SIMD3<UInt32>, source: Int32 = -1) {
    triangles.append(triangle)
    sources.append(source)
    if !operands.isEmpty { operands.append(0) }
  }

  /// The sum over the triangles of the tetrahedra with the origin, and of the areas.
  var volumeAndArea: (volume: Double, area: Double) {
    let box = bounds
    if box.isEmpty { return (0, 0) }
    let origin = SIMD3<Double>(box.center)
    var (volume, area) = (0.0, 0.0)
    for triangle in triangles.indices {
      let normal = areaNormal(triangle)
      volume += (SIMD3<Double>(corners(triangle).0) - origin).dot(normal) / 6
      area += normal.length / 2
    }
    return (volume, area)
  }
}
