import LinearMath
import Work

/// Puts the vertices of a rough shell exactly as far from the outer surface as the wall is thick, and those
/// beside its creases onto them.
///
/// The shell's tangent plane at a vertex is known: it lies square to the way from the closest point of the
/// outer surface. Where the planes about a vertex differ much the shell has a crease, and the vertex goes to
/// where they meet (Kobbelt et al., "Feature sensitive surface extraction from volume data", 2001).
struct ShellPlacement {
  private let rough: Mesh
  private let tree: BVH
  private let thickness: Float
  private let spacing: Float
  /// For each vertex its place on the shell and the way out of the wall there.
  private var feet: [Foot]
  private let probe: FootProbe

  private struct Foot {
    var place: SIMD3<Float>
    var normal: SIMD3<Float>
  }

  init(
    _ rough: Mesh, _ tree: BVH, thickness: Float, spacing: Double, _ work: WorkContext
  ) throws {
    (self.rough, self.tree, self.thickness) = (rough, tree, thickness)
    self.spacing = Float(spacing)
    feet = [Foot](
      repeating: Foot(place: .zero, normal: .zero), count: rough.positions.count)
    let probe = FootProbe(tree: tree, thickness: thickness, farthest: Float(spacing))
    try parallelFill(&feet, chunk: 1024, work) { first, piece in
      for index in piece.indices { piece[index] = probe.foot(of: rough.positions[first + index]) }
    }
    self.probe = probe
  }

  private struct FootProbe: Sendable {
    let tree: BVH
    let thickness: Float
    let farthest: Float

    /// The place on the shell for a point nearby; the point itself where that is too far away.
    func foot(of start: SIMD3<Float>) -> Foot {
      var foot = Foot(place: start, normal: .zero)
      // Beside a crease the second step finds the other face.
      for _ in 0..<2 {
        guard let closest = tree.closestPoint(to: foot.place) else { break }
        let way = foot.place - closest.point
        guard way.length > 0 else { break }
        foot.normal = way.normalized
        // A hair more than asked, so that rounding does not take from the wall.
        foot.place = closest.point + foot.normal * thickness * 1.000_01
        if (foot.place - start).length > farthest {
          foot.place = start
          break
        }
      }
      return foot
    }
  }

  /// The shell with its vertices in place: closed, manifold and free of self-intersections as it was.
  func placed(_ work: WorkContext) throws -> Mesh {
    let positions = try withoutCuts(work)
    let mesh = Mesh(
      unchecked: positions, triangles: rough.triangles, attributes: VertexAttributes())
    var kernel = HalfedgeMesh(mesh, weld: Weld(mesh.positions))
    try crease(&kernel, work)
    // More vertices where it bends, so that its sides stay on the shell as its vertices do.
    for _ in 0..<3 {
      let before = kernel.copy()
      let old = kernel.positions.count
      try refine(&kernel, work)
      if kernel.positions.count == old { break }
      // Middles are rounded, so a cut is possible, and rare.
      if try kernel.isCut(at: old, work) { return before.finish().mesh }
    }
    return kernel.finish().mesh
  }

  /// Every vertex in its place but for those of triangles that would meet others, which stay.
  private func withoutCuts(_ work: WorkContext) throws -> [SIMD3<Float>] {
    var positions = feet.map(\.place)
    while true {
      let moved = Mesh(
        unchecked: positions, triangles: rough.triangles, attributes: VertexAttributes())
      let flat = moved.triangles.indices.filter { moved.areaNormal($0) == .zero }
      let cut = try moved.selfIntersectingTriangles(work) + flat
      var isSettled = true
      for triangle in cut {
        for corner in 0..<3 {
          let vertex = Int(rough.triangles[triangle][corner])
          if positions[vertex] == rough.positions[vertex] { continue }
          positions[vertex] = rough.positions[vertex]
          isSettled = false
        }
      }
      if isSettled { return positions }
    }
  }

  private func crease(_ kernel: inout HalfedgeMesh, _ work: WorkContext) throws {
    var watch = IntersectionGuard(kernel, wasCut: [])
    for slot in kernel.positions.indices {
      if slot % 4096 == 0 { try work.checkCancelled() }
      let vertex = Vertex(slot)
      guard let goal = crease(kernel, vertex), keepsShape(kernel, vertex, at: goal),
        watch.allows(kernel, vertex, vertex, at: goal)
      else { continue }
      kernel.positions[slot] = goal
      watch.update(kernel, around: vertex)
    }
  }

  /// Halves the edges whose middles are off the shell and puts the middles on it.
  private func refine(_ kernel: inout HalfedgeMesh, _ work: WorkContext) throws {
    let start = kernel.positions.count
    for slot in kernel.origins.indices where slot & 3 != 3 {
      if slot % 16384 == 0 { try work.checkCancelled() }
      let halfedge = Halfedge(UInt32(slot))
      guard kernel.twin(halfedge).index > halfedge.index else { continue }
      let (a, b) = (kernel.origin(halfedge), kernel.target(halfedge))
      if a.slot >= start || b.slot >= start { continue }
      let middle = (kernel.position(a) + kernel.position(b)) / 2
      let wall = tree.squaredDistance(to: middle).squareRoot()
      // Too thin matters more than too thick, which a crease that is cut off makes it.
      if wall < 0.992 * thickness || wall > 1.02 * thickness {
        _ = kernel.split(halfedge, at: middle)
      }
    }
    var watch = IntersectionGuard(kernel, wasCut: [])
    for slot in start..<kernel.positions.count {
      let vertex = Vertex(slot)
      let goal = probe.foot(of: kernel.positions[slot]).place
      if watch.allows(kernel, vertex, vertex, at: goal) {
        kernel.positions[slot] = goal
        watch.update(kernel, around: vertex)
      }
    }
  }

  /// Where the planes about a vertex meet; nil where they are nearly one, or meet too far away or off the
  /// shell.
  private func crease(_ mesh: borrowing HalfedgeMesh, _ vertex: Vertex) -> SIMD3<Float>? {
    let own = feet[vertex.slot]
    var planes = [own]
    var isFlat = true
    mesh.forEachNeighbour(vertex) { neighbour in
      let foot = feet[neighbour.slot]
      planes.append(foot)
      if foot.normal.dot(own.normal) < 0.9 { isFlat = false }
    }
    if isFlat { return nil }
    // Least squares of the distances to the planes, held lightly where the vertex is.
    var square = SIMD3<Double>.zero
    var mixed = SIMD3<Double>.zero
    var right = SIMD3<Double>.zero
    for plane in planes {
      let n = SIMD3<Double>(plane.normal)
      square += n * n
      mixed += SIMD3(n.x * n.y, n.y * n.z, n.z * n.x)
      right += n * Double(plane.normal.dot(plane.place - own.place))
    }
    square += SIMD3(repeating: 0.001 * Double(planes.count))
    let matrix = Matrix3(
      columns: [square.x, mixed.x, mixed.z], [mixed.x, square.y, mixed.y],
      [mixed.z, mixed.y, square.z])
    // The matrix is symmetric, and the light hold keeps its determinant from zero.
    let goal = own.place + SIMD3<Float>(matrix.cofactors * right / matrix.determinant)
    guard (goal - own.place).length < 0.6 * spacing else { return nil }
    let wall = tree.squaredDistance(to: goal).squareRoot()
    return abs(wall - thickness) < 0.004 * thickness ? goal : nil
  }

  /// Whether the triangles about a vertex stay triangles and keep facing their way.
  private func keepsShape(
    _ mesh: borrowing HalfedgeMesh, _ vertex: Vertex, at goal: SIMD3<Float>
  ) -> Bool {
    var keeps = true
    mesh.forEachOutgoing(vertex) { halfedge in
      let (b, c) = (mesh.target(halfedge), mesh.origin(halfedge.previous))
      let (p, q) = (mesh.position(b), mesh.position(c))
      let area = (p - goal).cross(q - goal)
      let normal = feet[vertex.slot].normal + feet[b.slot].normal + feet[c.slot].normal
      // Away from the wall is into the cavity, against the shell's own facing.
      if area.dot(normal) > 0 || area.length < 0.02 * spacing * spacing { keeps = false }
    }
    return keeps
  }
}

extension HalfedgeMesh {
  /// Whether a face with a vertex from a number on meets another.
  fileprivate func isCut(at first: Int, _ work: WorkContext) throws -> Bool {
    let triangles = (0..<faceSlots).map { vertices(Face($0)) }
    return try !Mesh.intersectingPairs(
      triangles, positions, among: triangles.map { $0.max() >= first },
      BVH(positions: positions, triangles: triangles, quick: true), work
    ).isEmpty
  }
}
