import Foundation
import Settings
import TestSupport
import Testing

@testable import Service

/// Prices, and books that change some of them.
struct PriceBookTests {
  @Test func theBookInConfigsIsTheUsualOne() throws {
    let path = SharedData.projectFolder + "/configs/prices.json"
    #expect(try PriceBook(path: path) == .standard)
    let held = try JSONValue(parsing: Data(contentsOf: URL(fileURLWithPath: path)))
    #expect(held == PriceBook.standard.json)
  }

  @Test func aBookMayChangeSome() async throws {
    let folder = TemporaryFolder()
    let path = folder.write(#"{"dxgl": {"4k": 7}}"#, as: "prices.json")
    let service = try TestService { $0.prices = path }
    let quote = await service.ask(
      "POST", "/v1/quote", json: ["renders": [["quality": "4k"], ["quality": "pro"]]])
    #expect(quote.data["creditsRequired"]?.int == 23)
  }

  @Test(arguments: [
    "", "[]", #"{"other": {}}"#, #"{"dxgl": {"8k": 1}}"#, #"{"dxgl": {"4k": -1}}"#,
    #"{"dxgl": {"4k": 1.5}}"#,
  ])
  func otherBooksAreRefused(_ text: String) throws {
    let folder = TemporaryFolder()
    let path = folder.write(text, as: "prices.json")
    #expect(throws: ServiceError.self) { _ = try PriceBook(path: path) }
  }
}
