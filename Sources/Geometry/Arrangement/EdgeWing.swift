import LinearMath

/// A triangle as it stands about an edge.
struct EdgeWing {
  let item: Int
  /// The triangle's corner that is not on the edge.
  let apex: UInt32
  /// Whether the triangle runs along the edge in the edge's direction; then its normal looks along the
  /// growing angle.
  let runsAlong: Bool

  /// Sorts triangles about the edge from u to v by their angle (right-handed about that direction),
  /// beginning with the first; exactly.
  static func sort(
    _ fan: inout [EdgeWing], _ u: UInt32, _ v: UInt32, _ positions: [SIMD3<Float>]
  ) {
    let (from, to) = (positions[Int(u)], positions[Int(v)])
    let start = positions[Int(fan[0].apex)]
    // 0 along the first, 1 within the first half turn, 2 opposite, 3 within the second.
    func sector(_ apex: UInt32) -> Int {
      switch orientation(from, to, start, positions[Int(apex)]) {
      case -1: return 1
      case 1: return 3
      default:
        let axis = TriangleIntersection.droppableAxis(from, to, start) ?? 0
        let side = planarOrientation(from, to, start, dropping: axis)
        return planarOrientation(from, to, positions[Int(apex)], dropping: axis) == side ? 0 : 2
      }
    }
    let keyed = fan.map { (wing: $0, sector: sector($0.apex)) }
    fan = keyed.sorted { a, b in
      if a.sector != b.sector { return a.sector < b.sector }
      let sign = orientation(
        from, to, positions[Int(a.wing.apex)], positions[Int(b.wing.apex)])
      return sign == 0 ? a.wing.item < b.wing.item : sign < 0
    }.map(\.wing)
  }
}
