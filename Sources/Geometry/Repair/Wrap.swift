import LinearMath
import Work

/// A new surface about everything that a soup encloses: closed, manifold and free of self-intersections by
/// construction, drawn onto the soup as far as that can stay so, and thinned out.
struct Wrap {
  /// Without gaps: along every edge as many triangles run one way as the other.
  private var closed: Soup
  /// What is to be found again.
  private let reference: Soup
  private let diagonal: Float
  private let spacing: Double
  private let tolerance: Float

  /// - Parameter resolution: lattice points to the bounding-box diagonal.
  init(_ soup: Soup, _ reference: Soup, resolution: Int, tolerance: Float, _ work: WorkContext)
    throws
  {
    self.reference = reference
    self.tolerance = tolerance
    diagonal = reference.bounds.diagonal
    spacing = Double(diagonal) / Double(resolution)
    guard Lattice.pointCount(around: reference.bounds, spacing: spacing) < Lattice.mostPoints else {
      throw MeshError(
        "too-fine", "a lattice of \(resolution) steps along the diagonal would not fit into memory",
        at: "resolution")
    }
    closed = soup
    _ = try closed.fillHoles(work)
  }

  /// Triangles of the soup that became plates, for the report.
  private(set) var thickened = 0

  /// Nil where nothing encloses anything.
  mutating func run(_ work: WorkContext) throws -> Mesh? {
    var lattice = Lattice(around: reference.bounds, spacing: spacing)
    var inside = try lattice.inside(of: closed, work)
    // What the lattice did not catch, because it is thin or encloses nothing, becomes thick enough.
    let caught = try surface(lattice, inside, work)
    let lost = try LostSurface(of: reference, in: caught, tolerance: tolerance, work)
    if !lost.triangles.isEmpty {
      thickened = lost.triangles.count
      closed.add(reference.plate(lost.triangles, thickness: Float(lattice.spacing * 1.8)))
      lattice = Lattice(around: closed.bounds, spacing: spacing)
      inside = try lattice.inside(of: closed, work)
    }
    let rough = try surface(lattice, inside, work)
    if rough.triangles.isEmpty { return nil }
    let mesh = Mesh(
      unchecked: rough.positions, triangles: rough.triangles, attributes: VertexAttributes())
    return try drawn(mesh, work)
  }

  private func surface(
    _ lattice: Lattice, _ inside: [Bool], _ work: WorkContext
  ) throws -> Soup {
    let tree = BVH(positions: closed.positions, triangles: closed.triangles, quick: true)
    func place(_ point: SIMD3<Int>) -> SIMD3<Float> {
      SIMD3<Float>(lattice.place(point.x, point.y, point.z))
    }
    let found = try TetrahedralSurface(lattice, isInside: inside, work) { inner, outer in
      // The first that is met from outside: what lies behind it is hidden.
      let (from, to) = (place(outer), place(inner))
      if let hit = tree.firstHit(from: from, along: to - from, far: 1) {
        return 1 - Double(hit.distance)
      }
      // A line through an edge may miss it by a hair.
      let distances = [to, from].map {
        Double(tree.squaredDistance(to: $0, within: .infinity).squareRoot())
      }
      let sum = distances[0] + distances[1]
      return sum > 0 ? distances[0] / sum : 0.5
    }
    return Soup(
      positions: found.positions, triangles: found.triangles,
      sources: [Int32](repeating: -1, count: found.triangles.count))
  }

  /// Takes out vertices that the shape does not need, and moves the others to the closest point of what they
  /// stand for where no triangle then meets another.
  private func drawn(_ rough: Mesh, _ work: WorkContext) throws -> Mesh {
    let thin = try thinned(rough, work)
    let tree = BVH(positions: closed.positions, triangles: closed.triangles)
    var kernel = HalfedgeMesh(thin, weld: Weld(thin.positions))
    var watch = IntersectionGuard(kernel, wasCut: [])
    let reach = Float(spacing)
    let rays = WindingRays(closed, tree: tree)
    for slot in kernel.positions.indices {
      if slot % 4096 == 0 { try work.checkCancelled() }
      let vertex = Vertex(slot)
      let place = kernel.position(vertex)
      guard let closest = tree.closestPoint(to: place, within: reach),
        !rays.areBothSidesInside(of: closest, of: closed, by: reach / 8)
      else { continue }
      for share: Float in [1, 0.5] {
        let goal = place + (closest.point - place) * share
        if goal == place { break }
        if watch.allows(kernel, vertex, vertex, at: goal) {
          kernel.positions[slot] = goal
          watch.update(kernel, around: vertex)
          break
        }
      }
    }
    let drawn = kernel.finish().mesh
    return try drawn.solidReport(nil, work).isPrintable ? drawn : thin
  }

  /// Fewer triangles, still without any that meet: quickly, and with care where that went wrong.
  private func thinned(_ rough: Mesh, _ work: WorkContext) throws -> Mesh {
    var settings = DecimateSettings()
    settings.targetTriangles = max(2000, rough.triangles.count / 8)
    settings.fast = true
    let quick = try rough.decimated(settings, work).mesh
    if try quick.solidReport(nil, work).isPrintable { return quick }
    settings.fast = false
    let careful = try rough.decimated(settings, work).mesh
    return try careful.solidReport(nil, work).isPrintable ? careful : rough
  }
}

extension WindingRays {
  /// Whether a place of a soup's surface lies within the solid: where surfaces run through one another, parts of them do.
  fileprivate func areBothSidesInside(
    of place: ClosestPoint, of soup: Soup, by distance: Float
  ) -> Bool {
    let t = soup.triangles[place.triangle]
    let (a, b, c) = (
      soup.positions[Int(t.x)], soup.positions[Int(t.y)], soup.positions[Int(t.z)]
    )
    let step = (b - a).cross(c - a).normalized * distance
    guard step != .zero else { return false }
    return isInside(place.point + step) && isInside(place.point - step)
  }
}
