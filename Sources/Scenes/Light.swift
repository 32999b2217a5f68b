/// A light of the file (KHR_lights_punctual). It shines along -z of its node.
public struct Light: Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    case directional
    case point
    /// Radians from the axis at which it begins to fade, and is gone.
    case spot(inner: Float, outer: Float)
  }

  public var name = ""
  public var kind: Kind
  /// Linear.
  public var color: SIMD3<Float> = [1, 1, 1]
  /// Lux for a directional light, candela for the others.
  public var intensity: Float = 1
  /// In the scene's units, where it ends; infinite for never.
  public var range: Float = .infinity

  public init(_ kind: Kind) { self.kind = kind }
}
