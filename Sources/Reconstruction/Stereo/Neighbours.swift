import LinearMath

/// Which other views to match a view with: those that see the same side from an angle wide enough to measure depth and
/// narrow enough to look alike.
enum Neighbours {
  /// The best few, by how near the angle between the directions to the object is to the best one.
  static func choose(_ projections: [Projection], for view: Int, count: Int) -> [Int] {
    let own = projections[view].eye.normalized
    let scored = projections.indices.filter { $0 != view }.map { other -> (Int, Float) in
      let cosine = min(1, max(-1, own.dot(projections[other].eye.normalized)))
      let angle = (2 * (1 - cosine)).squareRoot()
      // About 17 degrees; twice as far off is worth a seventh.
      let off = angle < 0.3 ? (angle - 0.3) / 0.12 : (angle - 0.3) / 0.35
      return (other, cosine > 0.4 ? -off * off : -.infinity)
    }
    return scored.filter { $0.1 > -.infinity }
      .sorted { ($0.1, $1.0) > ($1.1, $0.0) }.prefix(count).map(\.0).sorted()
  }
}
