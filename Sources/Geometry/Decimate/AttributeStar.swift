import LinearMath

/// The attributes of the faces about an edge that is about to collapse, and how much they would disagree
/// about the merged vertex.
///
/// Every face has a linear function x(p) = d + G p of its attributes over its plane, p relative to the
/// edge's first end. The merged vertex gets one value for each sector, the mean of its faces' functions
/// there weighted as their planes are in `Quadric`; what they differ from it is the error (Hoppe, "New
/// quadric metric for simplifying meshes with appearance attributes", 1999, made memoryless).
struct AttributeStar: ~Copyable {
  /// Weighted sums over the faces of a sector. Attributes are relative to those of its first corner, or
  /// `Float` would lose small differences between large texture coordinates.
  private struct Sector {
    var reference: SIMD8<Float>
    var weight: Float = 0
    var slopeX = SIMD8<Float>.zero
    var slopeY = SIMD8<Float>.zero
    var slopeZ = SIMD8<Float>.zero
    var offset = SIMD8<Float>.zero

    func value(at p: SIMD3<Float>) -> SIMD8<Float> {
      reference + (slopeX * p.x + slopeY * p.y + slopeZ * p.z + offset) / weight
    }
  }

  private var corners: [(halfedge: Halfedge, sector: Int)] = []
  private var sectors: [Sector] = []
  /// The error as a quadric relative to the edge's first end.
  private(set) var quadric = EdgeQuadric(matrix: Quadric(), linear: .zero, constant: 0, volume: 0)

  /// Reads the faces about `halfedge` that a collapse leaves.
  mutating func gather(_ mesh: borrowing HalfedgeMesh, _ halfedge: Halfedge) {
    let (u, v) = (mesh.origin(halfedge), mesh.target(halfedge))
    let twin = mesh.twin(halfedge)
    corners.removeAll(keepingCapacity: true)
    sectors.removeAll(keepingCapacity: true)
    // The fan of u, then that of v, counter-clockwise as in `Star`.
    let endU = twin.exists ? twin.next : halfedge
    let isCutBehindU = walk(mesh, u, from: mesh.turned(halfedge), to: endU, isCut: true)
    let isCutBehindV = walk(
      mesh, v, from: twin.exists ? mesh.turned(twin) : .none, to: halfedge.next,
      isCut: isCutBehindU || !twin.exists || mesh.isSeam(twin.previous))
    if !isCutBehindV && !mesh.isSectorEnd(halfedge.previous) && sectors.count > 1 {
      sectors.removeLast()
      for index in corners.indices where corners[index].sector == sectors.count {
        corners[index].sector = 0
      }
    }
    quadric = EdgeQuadric(matrix: Quadric(), linear: .zero, constant: 0, volume: 0)
    for corner in corners { add(mesh, corner.halfedge, corner.sector, base: mesh.position(u)) }
    for sector in sectors where sector.weight > 0 { settle(sector) }
  }

  /// Lists the corners of one fan; says whether a sector ends behind them.
  private mutating func walk(
    _ mesh: borrowing HalfedgeMesh, _ apex: Vertex, from start: Halfedge, to end: Halfedge,
    isCut: Bool
  ) -> Bool {
    var (turning, isCut) = (start, isCut)
    while true {
      if !turning.exists {
        turning = mesh.outgoing[apex.slot]
        isCut = true
      }
      if turning == end { return isCut }
      if isCut || sectors.isEmpty { sectors.append(Sector(reference: mesh.corners[turning.slot])) }
      corners.append((turning, sectors.count - 1))
      turning = mesh.turned(turning)
      isCut = turning.exists && mesh.isSeam(turning)
    }
  }

  /// Adds the linear function of a face, whose corner at the edge `halfedge` leaves.
  private mutating func add(
    _ mesh: borrowing HalfedgeMesh, _ halfedge: Halfedge, _ sector: Int, base: SIMD3<Float>
  ) {
    let place = mesh.position(mesh.origin(halfedge))
    let first = mesh.position(mesh.target(halfedge)) - place
    let second = mesh.position(mesh.origin(halfedge.previous)) - place
    let apex = place - base
    let normal = first.cross(second)
    let weight = normal.lengthSquared
    guard weight > 0 else { return }
    let value = mesh.corners[halfedge.slot]
    let changeFirst = mesh.corners[halfedge.next.slot] - value
    let changeSecond = mesh.corners[halfedge.previous.slot] - value
    // The vectors dual to the two edges in their plane.
    let dualFirst = second.cross(normal) / weight
    let dualSecond = normal.cross(first) / weight
    let x: SIMD8<Float> = changeFirst * dualFirst.x + changeSecond * dualSecond.x
    let y: SIMD8<Float> = changeFirst * dualFirst.y + changeSecond * dualSecond.y
    let z: SIMD8<Float> = changeFirst * dualFirst.z + changeSecond * dualSecond.z
    let start: SIMD8<Float> = value - sectors[sector].reference
    let offset: SIMD8<Float> = start - x * apex.x - y * apex.y - z * apex.z
    quadric.add(x, y, z, offset, times: weight)
    sectors[sector].weight += weight
    sectors[sector].slopeX += x * weight
    sectors[sector].slopeY += y * weight
    sectors[sector].slopeZ += z * weight
    sectors[sector].offset += offset * weight
  }

  /// Takes the square of a sector's mean from the sum of squares: what is left is what its faces differ.
  private mutating func settle(_ sector: Sector) {
    let inverse = 1 / sector.weight
    quadric.add(
      sector.slopeX * inverse, sector.slopeY * inverse, sector.slopeZ * inverse,
      sector.offset * inverse, times: -sector.weight)
  }

  /// Gives the corners at the merged vertex the values of their sectors at `point`.
  func write(into corners: inout [SIMD8<Float>], at point: SIMD3<Float>) {
    for corner in self.corners where sectors[corner.sector].weight > 0 {
      corners[corner.halfedge.slot] = sectors[corner.sector].value(at: point)
    }
  }
}

extension EdgeQuadric {
  /// Adds `weight` times the square of x p.x + y p.y + z p.z + offset, summed over the lanes.
  @inline(__always)
  fileprivate mutating func add(
    _ x: SIMD8<Float>, _ y: SIMD8<Float>, _ z: SIMD8<Float>, _ offset: SIMD8<Float>,
    times weight: Float
  ) {
    let (xy, xz, yz) = ((x * y).sum() * weight, (x * z).sum() * weight, (y * z).sum() * weight)
    matrix.x += SIMD3((x * x).sum() * weight, xy, xz)
    matrix.y += SIMD3(xy, (y * y).sum() * weight, yz)
    matrix.z += SIMD3(xz, yz, (z * z).sum() * weight)
    let (ox, oy, oz) = ((x * offset).sum(), (y * offset).sum(), (z * offset).sum())
    linear -= SIMD3(ox, oy, oz) * weight
    constant += (offset * offset).sum() * weight
  }
}
