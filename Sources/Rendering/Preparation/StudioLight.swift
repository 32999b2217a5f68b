import LinearMath

/// A studio as light from all around: a dome that is brighter above, and soft boxes.
struct StudioLight: Sendable {
  /// A round light with a soft edge.
  struct SoftBox: Sendable {
    /// Where it hangs, seen from the object.
    let direction: SIMD3<Float>
    /// The cosine of the angle at which it ends.
    let edge: Float
    let light: SIMD3<Float>

    init(_ x: Float, _ y: Float, _ z: Float, edge: Float, light: Float) {
      direction = SIMD3(x, y, z).normalized
      (self.edge, self.light) = (edge, SIMD3(repeating: light))
    }
  }

  /// Light of the dome at the horizon, what is added towards the zenith, and taken off towards the ground.
  let horizon, above, below: Float
  let boxes: [SoftBox]

  @Sendable func radiance(_ direction: SIMD3<Float>) -> SIMD3<Float> {
    let dome = horizon + above * max(direction.y, 0) - below * max(-direction.y, 0)
    return boxes.reduce(SIMD3(repeating: dome)) { sum, box in
      let inside = (direction.dot(box.direction) - box.edge) / (1 - box.edge) * 3
      let share = min(max(inside, 0), 1)
      return sum + box.light * (share * share * (3 - 2 * share))
    }
  }

  /// The studios by name; each exposed so that white matt paint comes out just below white where it is brightest.
  init(_ preset: LightPreset) {
    switch preset {
    case .studio:
      (horizon, above, below) = (0.2436, 0.174, 0.058)
      boxes = [
        SoftBox(-0.55, 0.75, 0.75, edge: 0.80, light: 1.972),
        SoftBox(0.9, 0.35, 0.55, edge: 0.86, light: 0.638),
        SoftBox(0.35, 0.6, -0.9, edge: 0.86, light: 1.044),
      ]
    case .soft:
      (horizon, above, below) = (0.68, 0.38, 0.12)
      boxes = [SoftBox(0, 1, 0.4, edge: 0.5, light: 0.1)]
    case .dramatic:
      (horizon, above, below) = (0.0197, 0.0131, 0.00655)
      boxes = [
        SoftBox(-0.85, 0.5, 0.35, edge: 0.84, light: 3.734),
        SoftBox(0.8, 0.4, -0.7, edge: 0.93, light: 2.62),
      ]
    case .rim:
      (horizon, above, below) = (0.0546, 0.0273, 0.0164)
      boxes = [
        SoftBox(-0.8, 0.3, -0.75, edge: 0.88, light: 3.496),
        SoftBox(0.8, 0.3, -0.75, edge: 0.88, light: 3.496),
      ]
    case .top:
      (horizon, above, below) = (0.0875, 0.0729, 0.0365)
      boxes = [SoftBox(0, 1, 0, edge: 0.72, light: 2.005)]
    case .uniform:
      (horizon, above, below) = (1, 0, 0)
      boxes = []
    }
  }
}
