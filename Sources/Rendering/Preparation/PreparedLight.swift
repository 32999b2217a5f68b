import Glibc
import LinearMath
import Scenes

/// A light of the file in world coordinates.
struct PreparedLight: Sendable {
  /// Where it is; unused for a directional one.
  let place: SIMD3<Float>
  /// The unit vector along which it shines.
  let direction: SIMD3<Float>
  /// Linear, with the intensity at one world unit.
  let color: SIMD3<Float>
  let isDirectional: Bool
  /// One over the world units where it ends; 0 for never.
  let nearness: Float
  /// Times the cosine to its axis, plus the second: what is left of it, before squaring.
  let cone: SIMD2<Float>

  /// As many as any engine draws with.
  static let most = 16

  /// - Parameters:
  ///   - worldFromNode: in the scene's units.
  ///   - scale: world units of one of the scene's.
  ///   - offset: what is added to the scaled place.
  init(_ light: Light, _ worldFromNode: Matrix4, scale: Double, offset: SIMD3<Double>) {
    place = SIMD3<Float>(worldFromNode.translation * scale + offset)
    direction = SIMD3<Float>((worldFromNode.linear * SIMD3(0, 0, -1)).normalized)
    isDirectional = light.kind == .directional
    // Candela stay what they are when the scene grows, if the distance is measured as before.
    let growth = isDirectional ? 1 : Float(scale * scale)
    color = light.color * (light.intensity * growth)
    nearness = light.range.isFinite ? 1 / (light.range * Float(scale)) : 0
    if case .spot(let inner, let outer) = light.kind {
      let slope = 1 / max(0.001, cos(inner) - cos(outer))
      cone = [slope, -cos(outer) * slope]
    } else {
      cone = [0, 1]
    }
  }
}
