public import Imaging
import LinearMath

/// Finds the one object of a single picture: what lies along the frame is background, what does not look like that is
/// object, and from there colors and borders are found in turn (after Rother, Kolmogorov, Blake, "GrabCut", 2004,
/// with a convex cut for the graph cut).
public struct Cutout: Sendable {
  private static let longSide = 300
  private static let rounds = 6
  /// Of the shorter side: how much along the frame is taken for background.
  private static let frame = 0.03
  /// How much less likely than nearly all of the frame a pixel must be to begin as object.
  private static let strangeness: Float = 4

  private let field: ColorField
  /// Along the frame, but for the lower side: things stand there.
  private let isFrame: [Bool]
  private var object: [Float]
  private var inside, outside: ColorMixture

  /// The picture with the object's place as alpha.
  ///
  /// - Parameters:
  ///   - image: 8-bit RGBA, opaque, at least 32 pixels a side.
  ///   - name: how errors call it.
  ///
  /// Throws `ReconstructionError` where nothing stands out from what lies along the frame.
  public static func applied(to image: Image, name: String) throws -> Image {
    var search = try Cutout(image, name: name)
    for round in 0..<rounds {
      search.cut()
      if round < rounds - 1 { search.learn(seed: UInt64(round) + 2) }
    }
    // Again in a larger picture, where borders are finer.
    let large = ColorField(image, longSide: 3 * longSide)
    var object = search.field.enlarged(search.object, large.width, large.height)
    let isFrame = search.field.enlarged(
      search.isFrame.map { $0 ? 1 : 0 }, large.width, large.height)
    large.cut(&object, inside: search.inside, outside: search.outside, rounds: 100) {
      isFrame[$0] <= 0.5
    }
    large.tidy(&object)
    let share = Double(object.count { $0 > 0.5 }) / Double(object.count)
    guard share > 0.003, share < 0.97 else { throw unclear(name) }
    return image.cutOut(by: large.enlarged(object, image.width, image.height))
  }

  /// Whether a picture has no outline of its own: next to nothing of it is transparent.
  public static func isNeeded(for image: Image) -> Bool {
    let pixels = image.width * image.height
    return (0..<pixels).count { image.bytes[4 * $0 + 3] < 128 } * 100 < pixels
  }

  private static func unclear(_ name: String) -> ReconstructionError {
    ReconstructionError(
      "no-mask",
      "no object stands out from the background; give a picture with alpha, or --masks", at: name)
  }

  private init(_ image: Image, name: String) throws {
    let field = ColorField(image, longSide: Self.longSide)
    let (width, height) = (field.width, field.height)
    let band = max(2, Int(Self.frame * Double(min(width, height))))
    func lies(_ pixel: Int, onLowerSide: Bool) -> Bool {
      let (x, y) = (pixel % width, pixel / width)
      return x < band || y < band || x >= width - band || (onLowerSide && y >= height - band)
    }
    let around = field.colors.indices.filter { lies($0, onLowerSide: true) }
    isFrame = field.colors.indices.map { lies($0, onLowerSide: false) }
    outside = ColorMixture(someOf: around.map { field.colors[$0] }, seed: 1)
    let background = outside
    let logarithms = field.colors.map(background.logarithm)
    let usual = around.map { logarithms[$0] }.sorted()
    let least = usual[usual.count / 50] - Self.strangeness
    let isStrange = logarithms.map { $0 < least }
    object = isStrange.map { $0 ? 1 : 0 }
    let strange = field.colors.indices.filter { isStrange[$0] }.map { field.colors[$0] }
    guard strange.count >= 100 else { throw Self.unclear(name) }
    inside = ColorMixture(someOf: strange, seed: 1)
    self.field = field
  }

  private mutating func cut() {
    let isFrame = isFrame
    field.cut(&object, inside: inside, outside: outside, rounds: 150) { !isFrame[$0] }
  }

  /// The colors of what is now taken for the object, and of the rest.
  private mutating func learn(seed: UInt64) {
    let own = field.colors.indices.filter { object[$0] > 0.5 }.map { field.colors[$0] }
    let rest = field.colors.indices.filter { object[$0] <= 0.5 }.map { field.colors[$0] }
    guard own.count >= 100, rest.count >= 100 else { return }
    inside = ColorMixture(someOf: own, seed: seed)
    outside = ColorMixture(someOf: rest, seed: seed)
  }
}
