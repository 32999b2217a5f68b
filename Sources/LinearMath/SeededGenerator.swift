/// A counter-based generator: draw `n` of stream `i` depends on nothing but seed, `i` and `n`, so that
/// item `i` gets the same numbers on any thread and in any order.
///
/// The mixing function is SplitMix64's (Steele, Lea, Flood, "Fast splittable pseudorandom number
/// generators", 2014).
@frozen public struct SeededGenerator: RandomNumberGenerator, Sendable {
  @usableFromInline var state: UInt64

  /// Mixed, because the draws of neighbouring seeds would otherwise be the same ones, shifted.
  @inlinable public init(seed: UInt64) {
    state = Self.mixed(seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x9E37_79B9_7F4A_7C15)
  }

  /// An independent generator for item `index`; of a stream's streams too.
  @inlinable public func stream(_ index: Int) -> SeededGenerator {
    var other = self
    let place = Self.mixed(UInt64(truncatingIfNeeded: index) &+ 0x632B_E59B_D9B4_E019)
    other.state = Self.mixed(Self.mixed(state) &+ place)
    return other
  }

  @inlinable public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mixed(state)
  }

  /// A double in 0..<1.
  @inlinable public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  @inlinable static func mixed(_ value: UInt64) -> UInt64 {
    var bits = value
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}
