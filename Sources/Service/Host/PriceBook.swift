import Foundation
import Settings
import Work

/// What each dialect takes for a job, in whole minor units: credits, paise, thousandths of a cent.
/// `configs/prices.json` holds the same and is what `serve --prices` starts from.
struct PriceBook: Sendable, Equatable {
  private var prices: [String: [String: Int]]

  /// A price by its dialect and name; the names are those of `standard`.
  func price(_ dialect: String, _ name: String) -> Int { prices[dialect]?[name] ?? 0 }

  static let standard = PriceBook(prices: [
    "dxgl": ["standard": 1, "4k": 4, "pro": 16, "100x800": 1, "196x1024": 4, "400x2048": 16],
    "rage3d": ["generation": 9900],
    "image3d": image3d, "studio": studio,
    "pixal3d": ["texture_1024": 30_000, "texture_2048": 42_000, "texture_4096": 42_000],
  ])

  /// What is taken before; the settlement is `base` and `per_minute` of processor time, at most that.
  private static let image3d = [
    "fast": 30, "standard": 60, "pro": 100, "proplus": 150, "ultra": 200,
    "mesh_only_percent": 60, "base_percent": 40, "per_minute": 20,
  ]

  private static let studio = [
    "rapid": 35, "rapid_pbr": 15, "pro": 60, "pro_pbr": 20, "pro_multi_view": 20, "trellis2": 25,
    "trellis2_pbr": 15, "tripo": 40, "tripo_pbr": 20, "tripo_p1": 80, "topology": 30,
    "tripo_convert": 10, "segmentation": 30, "image": 10, "texture": 40, "convert": 10,
    "repair": 60, "repair_hollow": 90, "optimize": 10, "render": 5, "render_video": 20, "bake": 5,
    "volume": 20, "enhance": 15, "remove_bg": 5, "miniature": 300, "miniature_fast": 200,
  ]

  private init(prices: [String: [String: Int]]) { self.prices = prices }

  /// Reads prices that differ from the standard ones. Throws where the file is none, or names what has no price.
  init(path: String) throws {
    func wrong(_ why: String) -> ServiceError {
      ServiceError(.usage, "prices", "the price book \(path) \(why)")
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw wrong("cannot be read")
    }
    guard let given = try? JSONValue(parsing: data), let dialects = given.object else {
      throw wrong("is no JSON object")
    }
    self = .standard
    for (dialect, table) in dialects {
      guard let known = prices[dialect], let entries = table.object else {
        throw wrong(
          "has no such dialect as \(dialect); there are \(prices.keys.sorted().joined(separator: ", "))"
        )
      }
      for (name, value) in entries {
        guard known[name] != nil else { throw wrong("has no such price as \(dialect).\(name)") }
        guard let price = value.int, (0...1_000_000_000).contains(price) else {
          throw wrong("must have a whole number from 0 to a billion for \(dialect).\(name)")
        }
        prices[dialect]?[name] = price
      }
    }
  }

  var json: JSONValue {
    .object(
      prices.sorted { $0.key < $1.key }.map { dialect, table in
        (dialect, .object(table.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) }))
      })
  }
}
