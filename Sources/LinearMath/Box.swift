/// An axis-aligned box; empty until it holds a point.
@frozen public struct Box: Sendable, Equatable {
  public var minimum: SIMD3<Float>
  public var maximum: SIMD3<Float>

  /// The box that holds nothing.
  @inlinable public init() {
    minimum = SIMD3(repeating: .infinity)
    maximum = SIMD3(repeating: -.infinity)
  }

  @inlinable public init(minimum: SIMD3<Float>, maximum: SIMD3<Float>) {
    (self.minimum, self.maximum) = (minimum, maximum)
  }

  @inlinable public init(_ points: some Sequence<SIMD3<Float>>) {
    self.init()
    for point in points { insert(point) }
  }

  @inlinable public var isEmpty: Bool { !(minimum.x <= maximum.x) }
  @inlinable public var center: SIMD3<Float> { (minimum + maximum) * 0.5 }
  @inlinable public var size: SIMD3<Float> { isEmpty ? .zero : maximum - minimum }
  @inlinable public var diagonal: Float { size.length }

  @inlinable public mutating func insert(_ point: SIMD3<Float>) {
    // Not `pointwiseMin`, which runs lane by lane.
    minimum.replace(with: point, where: point .< minimum)
    maximum.replace(with: point, where: maximum .< point)
  }

  /// Whether the two boxes have a point in common.
  @inlinable public func touches(_ other: Box) -> Bool {
    all(minimum .<= other.maximum .& other.minimum .<= maximum)
  }
}
