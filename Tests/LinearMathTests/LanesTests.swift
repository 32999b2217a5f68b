import Foundation
import LinearMath
import Testing

/// Eight-lane functions against the standard library's, number by number.
@Suite struct LanesTests {
  private static let numbers: [Float] = (0..<4000).map { Float(exp2(Double($0 - 2000) / 33)) }

  @Test func logarithmsAndPowersAreExact() {
    for value in Self.numbers {
      let found = SIMD8(repeating: value).log2[3]
      let right = Foundation.log2(Double(value))
      #expect(abs(Double(found) - right) <= max(1e-6, 2e-7 * abs(right)), "log2 \(value)")
    }
    for step in -1250...1250 {
      let power = Float(step) / 10
      let right = Foundation.exp2(Double(power))
      #expect(
        abs(Double(SIMD8(repeating: power).exp2[5]) / right - 1) < 4e-7, "2 to \(power)")
    }
  }

  @Test func rootsFloorsAndMasks() {
    let values = SIMD8<Float>(0, 1, 2, 100, 0.25, 1e-30, 1e30, 7)
    for lane in 0..<8 { #expect(values.roots[lane] == values[lane].squareRoot()) }
    let signed = SIMD8<Float>(-1.5, -1, -0.25, 0, 0.25, 1.75, 1e6, -1e6)
    #expect(signed.floors == [-2, -1, -1, 0, 0, 1, 1_000_000, -1_000_000])
    #expect(signed.truncated == [-1, -1, 0, 0, 0, 1, 1_000_000, -1_000_000])
    #expect(laneBits(signed .< 0) == 0b1000_0111)
  }

  /// What is no number must not get through: it would become an index.
  @Test func whatIsNoNumberIsClampedLow() {
    let odd = SIMD8<Float>(.nan, .infinity, -.infinity, 0.5, 2, -1, .nan, 0)
    #expect(odd.clamped(0, 1) == [0, 1, 0, 0.5, 1, 0, 0, 0])
  }
}
