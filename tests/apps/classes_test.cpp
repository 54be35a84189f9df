#include "apps/study/fashion/classes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace gradus::study {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Classes {
  std::vector<int> normal{5, 7, 9}, abnormal{4};
  CLI::App app{"", "study"};

  Classes() { add_class_flags(app, normal, abnormal); }
  // The message of what is wrong, or nothing.
  std::string parse(const std::string& line) {
    try {
      app.parse(line);
      return "";
    } catch (const CLI::ParseError& e) {
      return e.what();
    }
  }
};

TEST(ClassFlags, KeepTheirDefaults) {
  Classes classes;
  EXPECT_EQ(classes.parse(""), "");
  EXPECT_THAT(classes.normal, ElementsAre(5, 7, 9));
  EXPECT_THAT(classes.abnormal, ElementsAre(4));
}

TEST(ClassFlags, ReadLists) {
  Classes classes;
  EXPECT_EQ(classes.parse("--normal 0,3,9 --abnormal=1,2"), "");
  EXPECT_THAT(classes.normal, ElementsAre(0, 3, 9));
  EXPECT_THAT(classes.abnormal, ElementsAre(1, 2));
}

TEST(ClassFlags, ReadNames) {
  Classes classes;
  EXPECT_EQ(classes.parse("--normal Shirt,COAT,2 --abnormal='ankle boot,t-shirt/top'"), "");
  EXPECT_THAT(classes.normal, ElementsAre(6, 4, 2));
  EXPECT_THAT(classes.abnormal, ElementsAre(9, 0));
}

TEST(ClassFlags, RefuseWhatIsNoClassOrNamedTwice) {
  for (const char* list : {"10", "-1", "1.5", "x", "1,10", "Shirts", "Shir", "03"}) {
    EXPECT_THAT(Classes().parse(std::string("--normal=") + list), HasSubstr("--normal: got "))
        << list;
  }
  EXPECT_THAT(Classes().parse("--normal=4,Coats"),
              HasSubstr("got Coats, expected numbers from 0 to 9 or names of classes"));
  EXPECT_THAT(Classes().parse("--normal=coat,4"), HasSubstr("class 4 is named twice"));
  EXPECT_THAT(Classes().parse("--normal 6,6"), HasSubstr("class 6 is named twice"));
  EXPECT_THAT(Classes().parse("--normal 6 --abnormal 6"), HasSubstr("class 6 is named twice"));
}

TEST(ClassFlags, HelpSaysWhatTheNumbersStandFor) {
  Classes classes;
  for (const char* words : {"[5,7,9]", "[4]", "0 T-shirt/top", "9 Ankle boot"}) {
    EXPECT_THAT(classes.app.help(), HasSubstr(words));
  }
}

}  // namespace
}  // namespace gradus::study
