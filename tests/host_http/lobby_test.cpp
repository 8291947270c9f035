#include "host/http/lobby.h"

#include <gtest/gtest.h>

#include "tests/host_http/server_fixture.h"

// Connections that say nothing, or too little, or are too many; over real sockets.
namespace cvg {
namespace {

class LobbyTest : public ServerTest {
 protected:
  void adjust(ServerOptions& options) override {
    options.threads = 2;
    options.connections_waiting_max = 100;
    options.intake.head_ms_max = 60'000;
    options.keep_alive_ms = 60'000;
  }
  std::vector<std::unique_ptr<Client>> clients(int count, std::string_view say = "") {
    std::vector<std::unique_ptr<Client>> all;
    for (int i = 0; i < count; ++i) {
      all.push_back(std::make_unique<Client>(server->port()));
      if (!say.empty()) all.back()->send(say);
    }
    return all;
  }
};

TEST_F(LobbyTest, SilentConnectionsHoldNoWorker) {
  const auto silent = clients(70);
  const auto dripping = clients(20, "GET / HTTP/1.1\r\nHost: a\r\nX: ");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(status_of(Client(server->port()).ask(message("GET /"))), 200);
  EXPECT_GE(server->waiting(), 89);  // the newest may not be seen yet
  for (const auto& client : dripping) client->send("y\r\n\r\n");
  for (const auto& client : dripping) EXPECT_EQ(status_of(client->answer()), 200);
}

TEST_F(LobbyTest, IdleConnectionsGiveWayToThoseWhoHaveSpoken) {
  const auto idle = clients(2);
  for (const auto& client : idle) EXPECT_EQ(status_of(client->ask(message("GET /"))), 200);
  EXPECT_EQ(status_of(Client(server->port()).ask(message("GET /"))), 200);  // long before keep_alive_ms
}

TEST_F(LobbyTest, TheLongestSilentGoesWhenTheLobbyIsFull) {
  const auto silent = clients(101);
  EXPECT_TRUE(silent[0]->ended());
  EXPECT_EQ(status_of(silent[100]->ask(message("GET /"))), 200);
}

TEST_F(LobbyTest, AConnectionThatLeavesIsForgotten) {
  {
    const auto silent = clients(90);
  }
  const auto half = clients(5, "GET / HT");
  for (int i = 0; i < 200; ++i) EXPECT_EQ(status_of(Client(server->port()).ask(message("GET /"))), 200);
}

TEST_F(LobbyTest, StopEndsTheSilent) {
  const auto silent = clients(3);
  EXPECT_EQ(status_of(Client(server->port()).ask(message("GET /"))), 200);
  server.reset();
  for (const auto& client : silent) EXPECT_TRUE(client->ended());
}

class ShortLobbyTest : public LobbyTest {
 protected:
  void adjust(ServerOptions& options) override {
    LobbyTest::adjust(options);
    options.intake.head_ms_max = 200;
  }
};

TEST_F(ShortLobbyTest, SilentOnesEndAndSlowHeadsAreToldWhy) {
  const auto silent = clients(2);
  const auto slow = clients(2, "GET / HTTP/1.1\r\nHost: a");
  for (const auto& client : silent) EXPECT_TRUE(client->ended());
  for (const auto& client : slow) {
    const std::string answer = client->answer();
    EXPECT_EQ(status_of(answer), 408) << answer;
    EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
    EXPECT_TRUE(client->ended());
  }
}

class AddressLobbyTest : public LobbyTest {
 protected:
  void adjust(ServerOptions& options) override {
    LobbyTest::adjust(options);
    options.connections_per_address_max = 5;
  }
};

TEST_F(AddressLobbyTest, OneAddressHasSoManyConnectionsAndNoMore) {
  {
    const auto silent = clients(4);
    Client fifth(server->port());
    EXPECT_EQ(status_of(fifth.ask(message("GET /"))), 200);
    Client sixth(server->port());
    const std::string refused = sixth.ask(message("GET /"));
    EXPECT_EQ(status_of(refused), 429);
    EXPECT_NE(refused.find("Retry-After: "), std::string::npos);
    EXPECT_TRUE(sixth.ended());
    EXPECT_EQ(server->refused_by_address(), 1);
  }
  // Those that ended make place; the server learns of an end a moment later.
  int status = 0;
  for (int i = 0; i < 1000 && status != 200; ++i) {
    status = status_of(Client(server->port()).ask(message("GET /")));
    if (status != 200) ::usleep(5'000);
  }
  EXPECT_EQ(status, 200);
}

}  // namespace
}  // namespace cvg
