import LinearMath
import Work

/// The surface that a result came from, asked for its attributes.
///
/// What is near a point of the result is looked for on the result's own side of every seam: the chart is
/// known from the face, and inside a chart, which may meet itself along a seam, the search begins
/// somewhat inside the face and walks from there without crossing one.
struct SourceSurface {
  private let mesh: Mesh
  /// The neighbourhoods of the input; its faces are still those of `mesh`.
  private let twins: [Halfedge]
  /// What is in the way at each half-edge.
  private let walls: [Wall]
  private let sources: [UInt32]
  private let chartOfTriangle: [UInt32]
  private let trees: [BVH]
  /// The triangles of each chart's tree.
  private let facesOfChart: [[UInt32]]
  /// For each point the triangles there, times four, plus the corner; empty where nobody asks.
  private let cornersAtPoint: [SIMD3<Float>: [UInt64]]
  /// Whether normals jump anywhere but at seams.
  let hasHardEdges: Bool

  /// - Parameters:
  ///   - kernel: the input with its seams marked, before any operator.
  ///   - isForVertices: whether vertices will be asked for.
  init(
    _ mesh: Mesh, _ kernel: borrowing HalfedgeMesh, isForVertices: Bool, _ work: WorkContext
  ) throws {
    self.mesh = mesh
    var corners: [SIMD3<Float>: [UInt64]] = [:]
    for (index, triangle) in mesh.triangles.enumerated() where isForVertices {
      for corner in 0..<3 {
        let point = mesh.positions[Int(triangle[corner])]
        corners[point, default: []].append(UInt64(index) << 2 | UInt64(corner))
      }
    }
    cornersAtPoint = corners
    twins = kernel.twins
    sources = kernel.sources
    (walls, hasHardEdges) = Self.walls(mesh, kernel)
    let charts = kernel.charts()
    var chartOfTriangle = [UInt32](repeating: 0, count: mesh.triangles.count)
    var faces = [[UInt32]](repeating: [], count: charts.count)
    for (face, chart) in charts.ofFace.enumerated() {
      chartOfTriangle[Int(kernel.sources[face])] = chart
      faces[Int(chart)].append(UInt32(face))
    }
    self.chartOfTriangle = chartOfTriangle
    facesOfChart = faces
    let (lists, sources) = (faces, kernel.sources)
    trees = try parallelMap(count: faces.count, work) { chart in
      let triangles = lists[chart].map { mesh.triangles[Int(sources[Int($0)])] }
      return BVH(positions: mesh.positions, triangles: triangles, quick: true)
    }
  }

  /// What jumps at an edge, so that a search must not cross it.
  private enum Wall: UInt8 {
    case none, hardEdge, seam
  }

  private static func walls(
    _ mesh: Mesh, _ kernel: borrowing HalfedgeMesh
  ) -> (walls: [Wall], hasHardEdges: Bool) {
    let normals = mesh.attributes.normals
    var walls = [Wall](repeating: .seam, count: kernel.origins.count)
    var hasHardEdges = false
    for slot in kernel.origins.indices where slot & 3 != 3 {
      let (halfedge, twin) = (Halfedge(UInt32(slot)), kernel.twins[slot])
      guard twin.exists, !kernel.isSeam(halfedge) else { continue }
      walls[slot] = .none
      if normals.isEmpty { continue }
      let pairs = [
        (kernel.inputVertex(halfedge, mesh), kernel.inputVertex(twin.next, mesh)),
        (kernel.inputVertex(halfedge.next, mesh), kernel.inputVertex(twin, mesh)),
      ]
      let isSmooth = pairs.allSatisfy { first, second in
        first == second || normals[Int(first)].dot(normals[Int(second)]) > 0.99
      }
      if !isSmooth { (walls[slot], hasHardEdges) = (.hardEdge, true) }
    }
    return (walls, hasHardEdges)
  }

  /// The place on this surface of a corner of a result's face.
  ///
  /// - Parameter crossingHardEdges: false where it is the normal that is wanted.
  func place(of query: CornerQuery, crossingHardEdges: Bool) -> SurfacePoint {
    let (point, normal) = (query.point, query.normal)
    let chart = Int(chartOfTriangle[query.source])
    let tree = trees[chart]
    let inside = point + (query.center - point) / 3
    guard let near = tree.closestPoint(to: inside) else {
      return SurfacePoint(triangle: query.source, weights: [1, 0, 0])
    }
    // On the face's own side where that is not much farther.
    let reach = 2 * near.squaredDistance.squareRoot() + (query.center - point).length
    let isFlat = query.area == 0
    let start = isFlat ? near : tree.closestPoint(to: inside, within: reach, facing: normal) ?? near
    let face = walk(
      to: point, from: facesOfChart[chart][start.triangle], facing: normal,
      past: crossingHardEdges ? .hardEdge : .none)
    return surfacePoint(face, nearest: point)
  }

  /// The vertex of the input at a place of one of its points: of those there in the place's chart, the one
  /// whose texture coordinates and colours are the most like what was found.
  func vertex(at point: SIMD3<Float>, like place: SurfacePoint) -> SurfacePoint {
    let chart = chartOfTriangle[place.triangle]
    var best = place
    var least = Float.infinity
    for corner in cornersAtPoint[point] ?? [] where chartOfTriangle[Int(corner >> 2)] == chart {
      var weights = SIMD3<Float>.zero
      weights[Int(corner & 3)] = 1
      let candidate = SurfacePoint(triangle: Int(corner >> 2), weights: weights)
      let difference = unlikeness(candidate, place)
      if difference < least { (least, best) = (difference, candidate) }
    }
    return best
  }

  private func unlikeness(_ a: SurfacePoint, _ b: SurfacePoint) -> Float {
    var sum: Float = 0
    for stream in mesh.attributes.uvs where !stream.isEmpty {
      let step = mesh.interpolated(stream, at: a) - mesh.interpolated(stream, at: b)
      sum += (step * step).sum()
    }
    if !mesh.attributes.colors.isEmpty {
      let colors = mesh.attributes.colors
      let step = mesh.interpolated(colors, at: a) - mesh.interpolated(colors, at: b)
      sum += (step * step).sum()
    }
    return sum
  }

  /// The face nearest to `point` that is found from `start` without crossing a wall: always on from the
  /// nearest that is known, until two dozen in a row have been no nearer, or a few hundred were asked.
  private func walk(
    to point: SIMD3<Float>, from start: UInt32, facing normal: SIMD3<Float>, past allowed: Wall
  ) -> UInt32 {
    var known: Set<UInt32> = [start]
    var waiting = [(face: start, square: squaredDistance(point, start))]
    var best = waiting[0]
    var patience = 24
    while patience > 0, best.square > 0, !waiting.isEmpty, known.count < 500 {
      let next = waiting.indices.min { waiting[$0].square < waiting[$1].square }!
      let (face, square) = waiting.remove(at: next)
      patience -= 1
      if square < best.square {
        best = (face, square)
        patience = 24
      }
      for corner in 0..<3 as Range<UInt32> {
        let halfedge = Halfedge(face << 2 | corner)
        if walls[halfedge.slot].rawValue > allowed.rawValue { continue }
        let neighbour = twins[halfedge.slot].face.index
        if !known.insert(neighbour).inserted { continue }
        if isTurnedAway(neighbour, from: normal) { continue }
        waiting.append((neighbour, squaredDistance(point, neighbour)))
      }
    }
    return best.face
  }

  private func corners(_ face: UInt32) -> (SIMD3<Float>, SIMD3<Float>, SIMD3<Float>) {
    mesh.corners(Int(sources[Int(face)]))
  }

  private func isTurnedAway(_ face: UInt32, from normal: SIMD3<Float>) -> Bool {
    let (a, b, c) = corners(face)
    return (b - a).cross(c - a).dot(normal) < 0
  }

  private func squaredDistance(_ point: SIMD3<Float>, _ face: UInt32) -> Float {
    let (a, b, c) = corners(face)
    return (closestPointOnTriangle(point, a, b, c) - point).lengthSquared
  }

  /// The closest point of a face, exactly a corner where it is one.
  private func surfacePoint(_ face: UInt32, nearest point: SIMD3<Float>) -> SurfacePoint {
    mesh.surfacePoint(on: Int(sources[Int(face)]), nearest: point)
  }
}
