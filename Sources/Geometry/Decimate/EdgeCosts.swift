import LinearMath

/// The costs of all edges, eight at once: what `EdgeQuadric` computes for one, with an edge in each lane.
///
/// The edge's own faces are counted for both of its ends here, which changes the order a little and the
/// result no more than noise; `Star` counts them once when the edge's turn comes.
struct EdgeCosts {
  /// Two vectors a vertex: xx xy xz yy yz zz of its matrix and x y of its normal; z of its normal, its
  /// position, four unused.
  private var table: [SIMD8<Float>] = []

  /// Makes the quadrics of all vertices from the faces as they are.
  mutating func refresh(_ mesh: borrowing HalfedgeMesh) {
    table.removeAll(keepingCapacity: true)
    for position in mesh.positions {
      table.append(.zero)
      table.append(SIMD8(0, position.x, position.y, position.z, 0, 0, 0, 0))
    }
    let positions = mesh.positions.span
    let origins = mesh.origins.span
    var records = table.mutableSpan
    for base in stride(from: 0, to: origins.count, by: 4) {
      let i = origins[base].slot
      let j = origins[base + 1].slot
      let k = origins[base + 2].slot
      let a = positions[i]
      let n = (positions[j] - a).cross(positions[k] - a)
      let (nx, ny) = (n * n.x, n * n.y)
      let first = SIMD8(nx.x, nx.y, nx.z, ny.y, ny.z, n.z * n.z, n.x, n.y)
      let second = SIMD8(n.z, 0, 0, 0, 0, 0, 0, 0)
      records[2 * i] += first
      records[2 * i + 1] += second
      records[2 * j] += first
      records[2 * j + 1] += second
      records[2 * k] += first
      records[2 * k + 1] += second
    }
    if mesh.hasLines { addLines(mesh) }
  }

  /// Adds the boundaries and seams.
  private mutating func addLines(_ mesh: borrowing HalfedgeMesh) {
    for slot in mesh.twins.indices where slot & 3 != 3 {
      let halfedge = Halfedge(UInt32(truncatingIfNeeded: slot))
      let twin = mesh.twins[slot]
      guard mesh.isSectorEnd(halfedge), !twin.exists || twin.index > halfedge.index else {
        continue
      }
      let (a, b) = (mesh.origin(halfedge).slot, mesh.target(halfedge).slot)
      var rim = Quadric()
      rim.add(boundaryEdge: mesh.positions[b] - mesh.positions[a])
      if twin.exists { rim *= AttributeWeights.seam }
      let terms = SIMD8(rim.x.x, rim.x.y, rim.x.z, rim.y.y, rim.y.z, rim.z.z, 0, 0)
      table[2 * a] += terms
      table[2 * b] += terms
    }
  }

  /// Puts every edge and its cost into `queue`.
  func collect(_ mesh: borrowing HalfedgeMesh, into queue: inout CollapseQueue) {
    queue.removeAll(room: 3 * mesh.faceSlots + 8)
    let count = Self.list(&queue.halfedges, mesh)
    evaluate(&queue.costs, queue.halfedges, count, mesh)
    queue.count = count
  }

  /// Writes one half-edge of each edge, and repeats the last so that the list can be read in eights.
  private static func list(
    _ halfedges: inout [Halfedge], _ mesh: borrowing HalfedgeMesh
  ) -> Int {
    let twins = mesh.twins.span
    var list = halfedges.mutableSpan
    var count = 0
    for base in stride(from: 0, to: UInt32(twins.count), by: 4) {
      for corner in 0..<3 as Range<UInt32> {
        // Without a branch, which would be mispredicted every other time. No twin is the largest index.
        let halfedge = Halfedge(base &+ corner)
        list[count] = halfedge
        count &+= twins[halfedge.slot].index > halfedge.index ? 1 : 0
      }
    }
    if count > 0 {
      for index in count..<count + 7 { list[index] = list[count - 1] }
    }
    return count
  }

  private func evaluate(
    _ costs: inout [Float], _ edges: [Halfedge], _ count: Int, _ mesh: borrowing HalfedgeMesh
  ) {
    let origins = mesh.origins.span
    let records = table.span
    let halfedges = edges.span
    var results = costs.mutableSpan
    var u = InlineArray<8, Int>(repeating: 0)
    var v = u
    for start in stride(from: 0, to: count, by: 8) {
      for lane in 0..<8 {
        let halfedge = halfedges[start + lane]
        u[lane] = origins[halfedge.slot].slot << 1
        v[lane] = origins[halfedge.next.slot].slot << 1
      }
      let cost = edgeCosts(QuadricLanes(records, u), QuadricLanes(records, v))
      for lane in 0..<8 { results[start + lane] = cost[lane] }
    }
  }
}

/// A symmetric matrix, a normal and a position in each lane.
struct QuadricLanes {
  var xx, xy, xz, yy, yz, zz: SIMD8<Float>
  var normal: Lanes3
  var position: Lanes3

  /// Gathers the records of eight vertices, whose first vectors stand at `places`.
  @inline(__always)
  init(_ table: Span<SIMD8<Float>>, _ places: InlineArray<8, Int>) {
    @inline(__always)
    func lane(_ which: Int, _ k: Int) -> SIMD8<Float> {
      SIMD8(
        table[places[0] + which][k], table[places[1] + which][k],
        table[places[2] + which][k], table[places[3] + which][k],
        table[places[4] + which][k], table[places[5] + which][k],
        table[places[6] + which][k], table[places[7] + which][k])
    }
    (xx, xy, xz) = (lane(0, 0), lane(0, 1), lane(0, 2))
    (yy, yz, zz) = (lane(0, 3), lane(0, 4), lane(0, 5))
    normal = Lanes3(lane(0, 6), lane(0, 7), lane(1, 0))
    position = Lanes3(lane(1, 1), lane(1, 2), lane(1, 3))
  }
}

@inline(__always)
func edgeCosts(
  _ u: QuadricLanes, _ v: QuadricLanes
) -> SIMD8<Float> {
  let along = v.position - u.position
  // The quadric of the edge.
  let vx: SIMD8<Float> = v.xx * along.x + v.xy * along.y
  let vy: SIMD8<Float> = v.xy * along.x + v.yy * along.y
  let vz: SIMD8<Float> = v.xz * along.x + v.yz * along.y
  let linear = Lanes3(vx + v.xz * along.z, vy + v.yz * along.z, vz + v.zz * along.z)
  let constant = along.dot(linear)
  let volume = v.normal.dot(along)
  let normal = u.normal + v.normal
  let xx: SIMD8<Float> = u.xx + v.xx
  let xy: SIMD8<Float> = u.xy + v.xy
  let xz: SIMD8<Float> = u.xz + v.xz
  let yy: SIMD8<Float> = u.yy + v.yy
  let yz: SIMD8<Float> = u.yz + v.yz
  let zz: SIMD8<Float> = u.zz + v.zz
  // Its placement.
  let pull: SIMD8<Float> = (xx + yy + zz) * EdgeQuadric.regularization
  let middle = along * SIMD8(repeating: 0.5)
  let right = linear + middle * pull
  let (a, b, c) = (Lanes3(xx + pull, xy, xz), Lanes3(xy, yy + pull, yz), Lanes3(xz, yz, zz + pull))
  let (bc, ca, ab) = (b.cross(c), c.cross(a), a.cross(b))
  let determinant = a.dot(bc)
  let isRegular = determinant .> 0
  let inverse = SIMD8(repeating: 1) / determinant.replacing(with: 1, where: .!isRegular)
  let free = (bc * right.x + ca * right.y + ab * right.z) * inverse
  let step = (bc * normal.x + ca * normal.y + ab * normal.z) * inverse
  let rate = normal.dot(step)
  let slope: SIMD8<Float> = (volume - normal.dot(free)) / rate
  let correction = step * slope
  let limit: SIMD8<Float> = along.lengthSquared
  let isFree = isRegular .& (free - middle).lengthSquared .< limit
  let isBound = isFree .& rate .> 0 .& correction.lengthSquared .< limit * 0.25
  let point = middle.replacing(with: free, where: isFree)
    .replacing(with: free + correction, where: isBound)
  // Its error there.
  let px: SIMD8<Float> = xx * point.x + xy * point.y
  let py: SIMD8<Float> = xy * point.x + yy * point.y
  let pz: SIMD8<Float> = xz * point.x + yz * point.y
  let mapped = Lanes3(px + xz * point.z, py + yz * point.z, pz + zz * point.z)
  let error: SIMD8<Float> = point.dot(mapped - linear * SIMD8(repeating: 2)) + constant
  return error.replacing(with: 0, where: error .< 0)
}
