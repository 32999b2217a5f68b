import Testing
import Views

@Suite struct DistortionTests {
  /// OpenCV's formula, worked by hand for x = 0.5, y = -0.25.
  @Test func straightLensesBendAsOpenCVSays() {
    let lens = Distortion(radial: [0.1, -0.02, 0, 0], tangential: [0.01, -0.005])
    let bent = lens.bent([0.5, -0.25])
    let square = 0.3125
    let radial = 1 + 0.1 * square - 0.02 * square * square
    let x = 0.5 * radial + 2 * 0.01 * 0.5 * -0.25 - 0.005 * (square + 2 * 0.25)
    let y = -0.25 * radial + 0.01 * (square + 2 * 0.0625) + 2 * -0.005 * 0.5 * -0.25
    #expect(abs(bent.x - x) < 1e-12 && abs(bent.y - y) < 1e-12)
  }

  @Test func aFisheyeWithoutTermsIsTheAngle() {
    let bent = Distortion(isFisheye: true).bent([3, 4])
    let angle = 1.373400766945016  // atan 5
    #expect(abs(bent.x - 0.6 * angle) < 1e-12 && abs(bent.y - 0.8 * angle) < 1e-12)
    #expect(Distortion(isFisheye: true).bent(.zero) == .zero)
  }

  @Test func noneMovesNothing() {
    #expect(Distortion().isNone && Distortion().bent([0.3, -0.7]) == [0.3, -0.7])
    #expect(!Distortion(isFisheye: true).isNone)
  }
}
