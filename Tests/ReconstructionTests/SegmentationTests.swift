import Geometry
import Imaging
import LinearMath
import Reconstruction
import Testing
import Views
import Work

@Suite struct SegmentationTests {
  /// Views before a meadow, without alpha.
  private func onMeadow(_ views: [SourceView]) -> [SourceView] {
    var dice = SeededGenerator(seed: 5)
    return views.map { view in
      var image = view.image
      for pixel in 0..<image.width * image.height {
        let noise = Int(dice.unit() * 30)
        let share = Int(image.bytes[4 * pixel + 3])
        for (channel, green) in [20, 70, 15].enumerated() {
          let own = Int(image.bytes[4 * pixel + channel])
          image.bytes[4 * pixel + channel] = UInt8(
            (own * share + (green + noise) * (255 - share)) / 255)
        }
        image.bytes[4 * pixel + 3] = 255
      }
      return SourceView(name: view.name, camera: view.camera, image: image)
    }
  }

  @Test func theObjectIsFound() throws {
    let views = DrawnViews.make(try Solids.bowl(), count: 12, pixels: 160)
    let found = try Segmentation.masked(onMeadow(views), seed: 1, WorkContext(threads: 2))
    for (view, result) in zip(views, found) {
      var (both, either) = (0, 0)
      for pixel in 0..<160 * 160 {
        let (a, b) = (
          view.image.bytes[4 * pixel + 3] > 127, result.image.bytes[4 * pixel + 3] > 127
        )
        if a && b { both += 1 }
        if a || b { either += 1 }
      }
      let overlap = Double(both) / Double(either)
      #expect(overlap > 0.95, "\(view.name)")
    }
  }

  @Test func whereNothingStandsOutItIsSaid() {
    let view = DrawnViews.make(Mesh.icosphere(levels: 2), count: 3, pixels: 64)
    let plain = Image(width: 64, height: 64, filledWith: [90, 90, 90, 255])
    let same = view.map { SourceView(name: $0.name, camera: $0.camera, image: plain) }
    let code = Result { try Segmentation.masked(same, seed: 0, WorkContext(threads: 1)) }
      .failureCode
    #expect(code == "no-mask")
    let two = Result { try Segmentation.masked(Array(same.prefix(2)), seed: 0, WorkContext()) }
      .failureCode
    #expect(two == "no-mask")
  }
}

extension Result where Failure == any Error {
  /// Without the views, which a failed expectation would print.
  fileprivate var failureCode: String? {
    if case .failure(let error) = self { (error as? ReconstructionError)?.code } else { nil }
  }
}
