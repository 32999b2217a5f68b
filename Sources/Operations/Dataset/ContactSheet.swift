import Imaging
import Views
import Work

/// An overview of a set: twelve of its views in three rows, on light grey.
struct ContactSheet {
  private static let columns = 4
  private static let rows = 3
  private static let tile = 320
  private static let gap = 8

  private let chosen: [Int: Int]
  private(set) var image: Image

  init(views: Int) {
    let count = min(views, Self.columns * Self.rows)
    let pairs = (0..<count).map { place in (place * views / count, place) }
    chosen = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    let width = Self.columns * (Self.tile + Self.gap) + Self.gap
    let height = Self.rows * (Self.tile + Self.gap) + Self.gap
    image = Image(
      width: width, height: height, channels: 3,
      bytes: Array(repeating: 250, count: 3 * width * height))
  }

  /// Whether the view is one of the chosen.
  func wants(_ index: Int) -> Bool { chosen[index] != nil }

  /// A view as the sheet shows it.
  static func tile(of frame: Frame) -> Image {
    frame.color.composited(over: [224, 224, 224]).reduced(toWidth: tile, height: tile)
  }

  /// Takes a view that is one of the chosen.
  mutating func add(_ tile: Image, index: Int) {
    guard let place = chosen[index] else { return }
    let step = Self.tile + Self.gap
    image.paste(
      tile, x: Self.gap + place % Self.columns * step, y: Self.gap + place / Self.columns * step)
  }
}
