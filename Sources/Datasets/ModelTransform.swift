/// From the source's coordinates to the set's: scale, then offset, in our +y-up axes.
public struct ModelTransform: Sendable, Equatable {
  public let scale: Double
  public let offset: SIMD3<Double>

  public init(scale: Double, offset: SIMD3<Double>) { (self.scale, self.offset) = (scale, offset) }
}
