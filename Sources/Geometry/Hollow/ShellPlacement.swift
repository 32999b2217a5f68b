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
      guard let closest = tree.closestPoint(to: start) else { return foot }
      let way = start - closest.point
      guard way.length > 0 else { return foot }
      foot.normal = way.normalized
      // A hair more than asked, so that rounding does not take from the wall.
      let place = closest.point + foot.normal * thickness * 1.000_01
      if (place - start).length <= farthest { foot.place = place }
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

  /// Every vertex in its place but for those of triangles that would meet others or fold, which stay.
  private func withoutCuts(_ work: WorkContext) throws -> [SIMD3<Float>] {
    var positions = feet.map(\.place)
    while true {
      let moved = Mesh(
        unchecked: positions, triangles: rough.triangles, attributes: VertexAttributes())
      let folded = moved.triangles.indices.filter { isFolded(moved, $0) }
      let cut = try moved.selfIntersectingTriangles(work) + folded
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

  /// Whether a triangle has no area, or does not look at the wall.
  private func isFolded(_ mesh: Mesh, _ triangle: Int) -> Bool {
    let area = SIMD3<Float>(mesh.areaNormal(triangle))
    let names = mesh.triangles[triangle]
    let normal =
      feet[Int(names.x)].normal + feet[Int(names.y)].normal + feet[Int(names.z)].normal
    return area.dot(normal) >= -0.2 * area.length * normal.length
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

  /// Halves the edges whose middles are off the shell and puts the middles on it, or on its crease.
  private func refine(_ kernel: inout HalfedgeMesh, _ work: WorkContext) throws {
    let start = kernel.positions.count
    var goals: [Foot] = []
    for slot in kernel.origins.indices where slot & 3 != 3 {
      if slot % 16384 == 0 { try work.checkCancelled() }
      let halfedge = Halfedge(UInt32(slot))
      guard kernel.twin(halfedge).index > halfedge.index else { continue }
      let (a, b) = (kernel.origin(halfedge), kernel.target(halfedge))
      if a.slot >= start || b.slot >= start { continue }
      let (p, q) = (kernel.position(a), kernel.position(b))
      let wall = tree.squaredDistance(to: (p + q) / 2).squareRoot()
      // Too thin matters more than too thick, which a crease that is cut off makes it.
      guard wall < 0.992 * thickness || wall > 1.02 * thickness else { continue }
      goals.append(middleFoot(p, q))
      _ = kernel.split(halfedge, at: (p + q) / 2)
    }
    var watch = IntersectionGuard(kernel, wasCut: [])
    for slot in start..<kernel.positions.count {
      let vertex = Vertex(slot)
      let goal = goals[slot - start]
      if looksAtWall(kernel, vertex, goal), watch.allows(kernel, vertex, vertex, at: goal.place) {
        kernel.positions[slot] = goal.place
        watch.update(kernel, around: vertex)
      }
    }
  }

  /// Where the middle of an edge belongs: on the crease where the edge crosses one.
  private func middleFoot(_ p: SIMD3<Float>, _ q: SIMD3<Float>) -> Foot {
    let ends = [probe.foot(of: p), probe.foot(of: q)]
    var foot = probe.foot(of: (p + q) / 2)
    guard ends[0].normal.dot(ends[1].normal) < 0.9 else { return foot }
    var meeting = PlaneMeeting(near: (p + q) / 2)
    for end in ends { meeting.add(end.normal, through: end.place) }
    if let place = meeting.place, isOnShell(place), (place - foot.place).length < spacing {
      foot = Foot(place: place, normal: (ends[0].normal + ends[1].normal).normalized)
    }
    return foot
  }

  private func isOnShell(_ place: SIMD3<Float>) -> Bool {
    abs(tree.squaredDistance(to: place).squareRoot() - thickness) < 0.004 * thickness
  }

  /// Where the planes about a vertex meet; nil where they are nearly one, or meet too far away or off the
  /// shell.
  private func crease(_ mesh: borrowing HalfedgeMesh, _ vertex: Vertex) -> SIMD3<Float>? {
    let own = feet[vertex.slot]
    var meeting = PlaneMeeting(near: own.place)
    meeting.add(own.normal, through: own.place)
    var isFlat = true
    mesh.forEachNeighbour(vertex) { neighbour in
      let foot = feet[neighbour.slot]
      meeting.add(foot.normal, through: foot.place)
      if foot.normal.dot(own.normal) < 0.9 { isFlat = false }
    }
    guard !isFlat, let goal = meeting.place, (goal - own.place).length < 0.6 * spacing,
      isOnShell(goal)
    else { return nil }
    return goal
  }

  /// Whether no triangle about a vertex would fold back if it went to its foot.
  private func looksAtWall(
    _ mesh: borrowing HalfedgeMesh, _ vertex: Vertex, _ foot: Foot
  ) -> Bool {
    var looks = true
    mesh.forEachOutgoing(vertex) { halfedge in
      let p = mesh.position(mesh.target(halfedge)) - foot.place
      let q = mesh.position(mesh.origin(halfedge.previous)) - foot.place
      let area = p.cross(q)
      if area.dot(foot.normal) > 0.1 * area.length { looks = false }
    }
    return looks
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
      if area.dot(normal) > -0.2 * area.length * normal.length
        || area.length < 0.02 * spacing * spacing
      {
        keeps = false
      }
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
