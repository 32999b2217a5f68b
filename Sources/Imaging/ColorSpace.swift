import Glibc

/// The sRGB transfer function (IEC 61966-2-1), exact at both ends.
public enum SRGB {
  /// Linear light of each 8-bit code.
  public static let linearOfCode: [Float] = (0..<256).map { Float(decode(Double($0) / 255)) }

  /// Linear light of an encoded value in 0...1.
  public static func decode(_ encoded: Double) -> Double {
    encoded <= 0.04045 ? encoded / 12.92 : pow((encoded + 0.055) / 1.055, 2.4)
  }

  /// The encoded value of linear light; clamped to 0...1, and 0 for what is not a number.
  public static func encode(_ linear: Double) -> Double {
    let light = linear > 0 ? min(linear, 1) : 0
    return light <= 0.0031308 ? light * 12.92 : 1.055 * pow(light, 1 / 2.4) - 0.055
  }

  /// Linear light of an encoded colour; its fourth number, alpha, stays.
  public static func decode(_ color: SIMD4<Float>) -> SIMD4<Float> {
    func light(_ value: Float) -> Float { Float(decode(Double(value))) }
    return [light(color.x), light(color.y), light(color.z), color.w]
  }

  /// The encoded colour of linear light; its fourth number, alpha, stays.
  public static func encode(_ light: SIMD4<Float>) -> SIMD4<Float> {
    func value(_ light: Float) -> Float { Float(encode(Double(light))) }
    return [value(light.x), value(light.y), value(light.z), light.w]
  }

  /// The nearest 8-bit code of linear light.
  public static func code(_ linear: Float) -> UInt8 {
    UInt8((encode(Double(linear)) * 255).rounded())
  }
}
