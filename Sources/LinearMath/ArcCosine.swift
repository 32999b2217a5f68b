import Glibc

/// The angle whose cosine this is, for cosines that rounding may have put outside -1...1.
public enum ArcCosine {
  public static func of(_ cosine: Double) -> Double { acos(min(max(cosine, -1), 1)) }
}
